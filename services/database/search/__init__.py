"""The reading half of the database: indexes over the log, in a process of their own, and the answers from them."""
