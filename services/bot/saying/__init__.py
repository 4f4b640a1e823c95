"""What the bot has to say: in pages, through a network, now or later, and never twice."""
