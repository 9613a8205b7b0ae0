"""The smallest changes of what a clinician can do that lead to another outcome."""
