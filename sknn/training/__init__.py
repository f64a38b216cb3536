"""How the network learns: arrays and settings in, a `Result` out."""
