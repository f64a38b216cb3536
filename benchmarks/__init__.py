"""Benchmarks: how long training takes, as ratios against other implementations."""
