"""The `postil` command."""
