"""Full text: which documents hold these words, ranked, counted by facet, and where in them the words stand."""
