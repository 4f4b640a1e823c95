"""The limits beside which the system's figures stand: what the disk, SQLite and JetStream do without it."""
