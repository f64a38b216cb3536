"""What the network computes. Imports NumPy and SciPy only."""
