"""Annotates documents. It reads the change feed, so no document ever waits for it."""
