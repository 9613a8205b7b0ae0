"""A run in parts, on as many machines as one likes, and the parts merged: the bits of a single run."""
