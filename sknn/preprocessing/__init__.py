"""From what users pass in to plain arrays: tables, labels, weights, validation, scaling."""
