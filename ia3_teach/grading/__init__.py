"""Grading a class: submissions run in boxes, are judged from outside, and go into nbgrader's gradebook."""
