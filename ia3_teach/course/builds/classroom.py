"""The class build: nbgrader's own preprocessors, so that its gradebook knows every cell."""

from pathlib import Path
from typing import Any

from ia3_teach.course.builds.laying import lay
from ia3_teach.course.builds.learner import as_bytes
from ia3_teach.course.builds.source import BuildError, read_lessons
from ia3_teach.wording import many, short


def build_class(source_dir: Path, target_dir: Path) -> list[str]:
    """Make the release for a class: no solutions, no hidden tests, no outputs, locked checks.

    Raises:
        BuildError: nbgrader is missing, source or target cannot be used, an exercise has no
            solution, or nbgrader refuses the metadata of a lesson.
    """
    source, target = Path(source_dir), Path(target_dir)
    if source.resolve() == target.resolve():
        raise BuildError(f"{short(target)} holds the solved lessons; build into another folder")
    lessons = read_lessons(source)
    files = {name: as_bytes(release(name, lesson)) for name, lesson in lessons.items()}
    lines = lay(files, target)
    print(f"{many(len(files), 'lesson')} for a class in {target}", *lines, sep="\n", flush=True)
    return lines


def release(name: str, lesson: Any) -> Any:
    """One lesson through the steps of `nbgrader generate_assignment`, without its database."""
    resources: dict[str, Any] = {}
    try:
        for step in _steps():
            lesson, resources = step().preprocess(lesson, resources)
    except Exception as error:  # nbgrader's own errors have no common base
        raise BuildError(f"{short(name)}: nbgrader refuses it: {short(error)}") from error
    return lesson


def _steps() -> tuple[type, ...]:
    try:
        from nbgrader import preprocessors as step
    except ImportError as error:
        how = 'pip install "ia3-teach[teach]"'
        raise BuildError(f"a class build needs nbgrader; install it with {short(how)}") from error
    return (
        step.CheckCellMetadata,
        step.LockCells,
        step.ClearSolutions,
        step.ClearOutput,
        step.ClearHiddenTests,
        step.ComputeChecksums,
    )
