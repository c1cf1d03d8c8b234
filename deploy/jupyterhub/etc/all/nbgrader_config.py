"""What nbgrader is told for everybody on the server; JupyterHub points to it."""

import os
from pathlib import Path

c = get_config()  # noqa: F821  nbgrader defines it
STATE = Path(os.environ.get("CLASS_STATE", Path(__file__).resolve().parents[2]))

c.CourseDirectory.course_id = "ia3"
c.Exchange.root = str(STATE / "exchange")
if Path("~/ia3_class/source").expanduser().is_dir():  # the teacher's
    c.CourseDirectory.root = str(Path("~/ia3_class").expanduser())
# What learners wrote is shown as text, and what they handed in is run in a box or not at all.
c.HTMLExporter.filters = {"markdown2html": "ia3_teach.course.classroom.escaped.markdown_of_cell"}
c.Autograde.exporter_class = "ia3_teach.course.classroom.refusing.NoAutograde"
# Whose a submission is, the owner of its folder says.
c.ExchangeFactory.collect = "ia3_teach.course.classroom.collecting.OwnersCollect"
