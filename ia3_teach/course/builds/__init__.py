"""One source, three builds: the solved lessons become a learner's course or a class release."""

from ia3_teach.course.builds.classroom import build_class
from ia3_teach.course.builds.learner import build_learner
from ia3_teach.course.builds.source import BuildError

__all__ = ["BuildError", "build_class", "build_learner"]
