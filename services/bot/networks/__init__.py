"""Chat networks: each brings the lines of its channels to the bus, and says what the bot says."""
