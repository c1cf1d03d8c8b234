"""Training: the loop `fit`, and what it stands on: batches, losses, checkpoints, the cache switched off."""
