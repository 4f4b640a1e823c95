"""The search language: from what somebody typed to a tree that any index can be asked with. Pure."""
