"""Records in, checked; results out. CSV and JSON lines need the standard library only."""
