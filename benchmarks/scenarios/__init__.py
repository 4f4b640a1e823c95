"""One file for each scenario; what lies here is run."""
