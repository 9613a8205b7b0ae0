"""A nation of invented clinicians for a year, set from ``marginals.toml``: ``mips sample``."""
