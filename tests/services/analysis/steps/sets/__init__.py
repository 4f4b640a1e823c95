"""Hand-made sets that the steps are measured with, and how they are read."""
