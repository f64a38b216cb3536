"""What pytest leaves alone in this folder: what a build writes or draws, and what needs Sphinx."""

collect_ignore = ["_build", "api", "conf.py", "gallery", "figures"]
