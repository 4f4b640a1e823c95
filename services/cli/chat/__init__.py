"""The network `console`: people who chat with Postil and with each other from their terminals."""
