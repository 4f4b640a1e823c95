"""One file for each command; what lies here is understood."""
