"""Tests of the reading of millions."""
