"""Engines: the core run on records."""
