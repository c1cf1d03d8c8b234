"""One call from lessons, docstrings and pictures to `_site/`: sources are laid out, Sphinx makes pages."""

from __future__ import annotations

import importlib.util
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from ia3_teach.course.shipped.paths import course_root
from ia3_teach.website.sources import lay_out
from ia3_teach.website.trimming import trim
from ia3_teach.wording import listed, short

STATIC = Path(__file__).parent / "static"
NEEDED = ("sphinx", "myst_nb", "sphinx_book_theme")
MARK = "ia3_teach_site.txt"  # so that nothing but a site made here is ever written over
SETTINGS: dict[str, Any] = {
    "project": "ia3_teach",
    "author": "the ia3_teach authors",
    "html_title": "IA3 by hand",
    "extensions": ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "ia3_teach.website.rendering"],
    "html_theme": "sphinx_book_theme",
    "html_favicon": str(STATIC / "mark.svg"),
    "html_theme_options": {
        "home_page_in_toc": True,
        "show_navbar_depth": 1,
        "show_toc_level": 2,
        "use_download_button": False,
        "use_fullscreen_button": False,
    },
    "html_sidebars": {"**": ["search-button-field.html", "sbt-sidebar-nav.html"]},
    "html_static_path": [str(STATIC), "assets"],
    "html_css_files": ["site.css"],
    "html_js_files": ["print.js"],
    "html_math_renderer": "mathml",
    "html_context": {"default_mode": "auto"},  # dark where the reader's system is
    "html_copy_source": False,
    "html_show_copyright": False,
    "html_show_search_summary": False,  # it asks for other files, which a page opened from disk may not
    "nb_execution_mode": "off",  # the stored outputs are the lesson's
    "nb_ipywidgets_js": {},
    "nb_merge_streams": True,
    "myst_enable_extensions": ["dollarmath", "amsmath"],
    "myst_heading_anchors": 3,
    "myst_update_mathjax": False,
    "smartquotes": False,  # a call in the gallery is to be copied
    "default_role": "code",  # what docstrings put between backticks
    "autodoc_inherit_docstrings": False,  # a method of torch's or matplotlib's is told of there
    "autodoc_member_order": "bysource",
    "autodoc_preserve_defaults": True,
    "autodoc_typehints_format": "short",
    "python_use_unqualified_type_names": True,
    "add_module_names": False,
}


def build(target: Path, root: Path | None = None) -> Path:
    """Write the site of the course at `root` into `target`; returns its first page.

    An older site there is replaced. Raises ValueError, with nothing written, where the folder holds something
    else, where Sphinx is missing, and where Sphinx found something to complain about.
    """
    refuse_without_sphinx()
    refuse_other_folder(target)
    with tempfile.TemporaryDirectory() as scratch:
        sources, made = Path(scratch, "sources"), Path(scratch, "made")
        lay_out(root or course_root(), sources)
        run_sphinx(sources, made, Path(scratch, "trees"))
        trim(made)
        (made / MARK).write_text("Made by python -m ia3_teach.website; the next call replaces this folder.\n")
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(made, target)
    return target / "index.html"


def refuse_without_sphinx() -> None:
    """Name the extra that brings what is missing."""
    missing = [name for name in NEEDED if not importlib.util.find_spec(name)]
    if missing:
        raise ValueError(
            f"the site needs {listed(missing)}: python setup_env.py site, or "
            "pip install -c constraints.txt -e '.[site]'"
        )


def refuse_other_folder(target: Path) -> None:
    """A folder with anything in it must be an older site."""
    if target.is_dir() and any(target.iterdir()) and not (target / MARK).is_file():
        raise ValueError(f"{short(target)} holds something else than a site made here; name another folder")


def run_sphinx(sources: Path, made: Path, trees: Path) -> None:
    """Build the pages; every warning is shown, and is an error in the end."""
    from sphinx.application import Sphinx

    settings = {"srcdir": sources, "confdir": None, "outdir": made, "doctreedir": trees}
    app = Sphinx(**settings, buildername="html", confoverrides=SETTINGS, status=None, warning=sys.stderr)
    app.build()
    if app._warncount:
        raise ValueError(f"the site has {short(app._warncount)} faults, listed above; mend its sources")
