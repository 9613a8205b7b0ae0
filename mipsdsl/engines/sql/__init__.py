"""The core as SQL over whole numbers, built as trees: for DuckDB in this process, and for Spark."""
