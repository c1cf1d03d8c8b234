"""Proof of the checks: answers that people wrote, and mutants of every solution."""
