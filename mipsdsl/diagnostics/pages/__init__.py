"""The pages of the register of codes, by the first digit of the code."""
