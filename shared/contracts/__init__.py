"""What is said between Postil and the world: one file per conversation, one class per message."""
