"""Mutants that pass because they are right: another way to write the same, by exercise and change."""

RIGHT: dict[tuple[str, str], str] = {}


def why_right(exercise: str, change: str) -> str:
    """Why this mutant computes what the solution computes; empty where nobody has said."""
    return RIGHT.get((exercise, change), "")
