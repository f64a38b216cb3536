"""Parameters as users pass them: what is legal, what goes together, what was probably meant."""
