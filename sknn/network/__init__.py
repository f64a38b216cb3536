"""Ground floor: what the network computes. Imports NumPy and SciPy only."""
