"""One file for each step; what lies here is run."""
