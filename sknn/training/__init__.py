"""First floor: how the network learns. Imports the ground floor, NumPy and SciPy only."""
