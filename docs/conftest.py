"""What pytest leaves alone in this folder: what a build writes, and what needs Sphinx."""

collect_ignore = ["_build", "api", "conf.py", "gallery"]
