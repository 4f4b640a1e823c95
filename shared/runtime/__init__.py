"""Runs handlers: batches, bounded concurrency, the failure rule, drain, health."""
