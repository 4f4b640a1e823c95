"""What `postil import` is made of: readers for the formats, and the way from a row to a committed document."""
