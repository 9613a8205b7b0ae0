"""What a change of the rules does to a population: before and after, curves, and goals."""
