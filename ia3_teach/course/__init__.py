"""What the lessons need around the library: tiny models, their world, tasks and experiments."""
