"""What comes with the course, read and verified: models, tasks, instructions, learned vectors, results."""
