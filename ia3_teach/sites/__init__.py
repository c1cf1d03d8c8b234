"""Where l_k, l_v and l_ff live: patterns, targets, and what is particular to each architecture."""
