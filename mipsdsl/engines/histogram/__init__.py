"""The population as a histogram: what a changed parameter moves, and cells of clinicians alike."""
