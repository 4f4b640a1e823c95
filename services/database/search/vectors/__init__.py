"""Meaning: which documents' vectors lie nearest."""
