"""How what is shipped was made: pretraining, tasks, vectors, experiments."""
