"""What the bot hears: which lines are commands, in which order they are taken, and how many."""
