"""Models that come in wheels, and how they are asked."""
