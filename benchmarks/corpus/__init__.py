"""A made-up world of documents: what they say, who says it, and what it looks like as vectors."""
