"""T-Few: answer choices and their scores, the three losses, and the authors' checkpoint."""
