"""One rule a file; each has a function ``find(analysis)``."""
