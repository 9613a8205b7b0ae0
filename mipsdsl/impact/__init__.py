"""What a change of the law does: what is the same for everyone, for whom not, how many, and why."""
