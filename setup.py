"""What pyproject.toml cannot say: a wheel carries lessons and data, which lie beside the package."""

import os
import shutil
from pathlib import Path, PurePath

from setuptools import setup
from setuptools.command.build_py import build_py

SHIPPED = ("data", "notebooks")  # which files of these: MANIFEST.in, for the sdist and the wheel alike
os.environ.setdefault("SOURCE_DATE_EPOCH", "1577836800")  # one date for all: the same files, the same wheel
os.umask(0o022)


class BuildWithCourse(build_py):
    """Builds the package, and copies lessons and data into `ia3_teach/_shipped/` of what is built."""

    def run(self) -> None:
        """Build from nothing, so that a file of an older build is not taken along."""
        if self.editable_mode:  # a clone stays as it is: the package finds both beside itself
            return super().run()
        shutil.rmtree(Path(self.build_lib) / "ia3_teach", ignore_errors=True)
        super().run()
        for source, target in self.shipped().items():
            self.mkpath(os.path.dirname(target))
            self.copy_file(source, target)
        for path in Path(self.build_lib, "ia3_teach").rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)

    def shipped(self) -> dict[str, str]:
        """{file in the repository: its place in the build}."""
        self.run_command("egg_info")
        listed = sorted(map(PurePath, self.get_finalized_command("egg_info").filelist.files))
        target = PurePath(self.build_lib, "ia3_teach", "_shipped")
        return {str(path): str(target / path) for path in listed if path.parts[0] in SHIPPED}

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """All files that are built."""
        course = [] if self.editable_mode else self.shipped().values()
        return [*super().get_outputs(include_bytecode), *course]


setup(cmdclass={"build_py": BuildWithCourse})
