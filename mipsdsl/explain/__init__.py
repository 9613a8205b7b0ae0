"""Explanations: what the interpreter traced, in sentences."""
