"""Enter students into the gradebook of this folder's course at once: `python - NAME... <add_students.py`

A name that is there already keeps what is known of it.
"""

import sys

from nbgrader.api import Gradebook


def main() -> None:
    with Gradebook("sqlite:///gradebook.db") as book:
        known = {student.id for student in book.students}
        for name in dict.fromkeys(sys.argv[1:]):
            if name not in known:
                book.add_student(name)


if __name__ == "__main__":
    main()
