"""A run over millions: read by query, linked by query, computed as machine code, written by column."""
