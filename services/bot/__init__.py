"""Answers chat-style commands."""
