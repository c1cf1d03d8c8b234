"""An exporter of nbgrader that fills in a file which the learning platform has exported."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.plugins import ExportPlugin
from traitlets import Enum, Unicode

from ia3_teach.course.classroom.points import Points, read_points
from ia3_teach.course.classroom.sheet import Sheet, read_sheet
from ia3_teach.storage.atomic import replacing
from ia3_teach.wording import short


class TemplateExport(ExportPlugin):
    """The way from a gradebook and an exported file to one filled in; a platform says what to fill."""

    template = Unicode("", help="the CSV file that the platform exported").tag(config=True)
    key = Unicode("", help="the column that says who a row is").tag(config=True)
    by = Enum(["student", "email"], "student", help="what that column holds").tag(config=True)
    missing = Unicode("", help="what to write where nothing was handed in, such as 0").tag(config=True)
    way = "Export"  # how a teacher gets the template

    def export(self, gradebook: Gradebook) -> None:
        """Write the file and print what needs saying; where nothing can be written, a line and status 1."""
        try:
            points = read_points(gradebook, self.assignment, self.student)
            source, target = self.places()
            text, lines = self.filled(read_sheet(source), points)
            with replacing(target) as beside:
                beside.write_bytes(text.encode("utf-8"))
        except (ValueError, OSError) as error:
            raise SystemExit(f"nothing written: {error}") from error
        print(*lines, f"{target}: written", sep="\n", flush=True)

    def places(self) -> tuple[Path, Path]:
        """The file to read and the one to write. Raises ValueError where they are one, or none is given."""
        if not self.template:
            name = type(self).__name__
            raise ValueError(
                f"give the platform's own file ({short(self.way)}): --{short(name)}.template=FILE"
            )
        source = Path(self.template)
        target = Path(self.to or source.with_name(f"{source.stem}-filled{source.suffix}"))
        if target.resolve() == source.resolve():
            raise ValueError(
                f"{short(target)} is the platform's own file and is kept; give another name with --to"
            )
        return source, target

    def filled(self, sheet: Sheet, points: Sequence[Points]) -> tuple[str, list[str]]:
        """The text of the new file, and the report."""
        raise NotImplementedError(f"{type(self).__name__} does not say what to fill")
