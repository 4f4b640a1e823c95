"""Everything about the documents that is counted or looked up by key, kept up with each batch of the log."""
