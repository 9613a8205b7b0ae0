"""The core: the program as every engine runs it. Typed, names resolved, nothing of the syntax left."""
