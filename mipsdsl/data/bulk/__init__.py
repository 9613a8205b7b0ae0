"""Data of any size into checked tables of DuckDB: the same meaning as ``mipsdsl.data.read``."""
