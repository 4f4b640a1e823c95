"""The readers of `import`, one format a file: from a source to rows, in order, in bounded memory.

A reader never gives up on a file because of a row: what is wrong becomes a bad row, and its neighbours are read.
"""
