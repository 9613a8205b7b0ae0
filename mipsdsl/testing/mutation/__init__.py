"""Changes of the rules that the examples of a policy ought to notice."""
