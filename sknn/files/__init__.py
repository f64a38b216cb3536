"""Files: models that are stored and loaded, and runs that are saved and resumed."""
