"""What is particular to each architecture: where keys, values and the inner activation are, in what order."""
