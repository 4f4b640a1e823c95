"""Ingest: takes documents in at both write doors, and hands them to the database in batches."""
