"""The tables of README.md, of the index of lessons and of the cheat sheet, made from what they tell of."""

from ia3_teach.course.pages.write import made_pages, write_pages

__all__ = ["made_pages", "write_pages"]
