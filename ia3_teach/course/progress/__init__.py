"""Which exercises a learner has passed: kept on this machine alone, shown as a table and as a page."""
