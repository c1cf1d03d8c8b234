"""What `fit` stands on: batches of examples, and checkpoints that a killed run goes on from."""
