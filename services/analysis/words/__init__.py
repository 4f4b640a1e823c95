"""What several steps know about text: its words, scripts and languages, the things named in it, checksums. Pure."""
