"""JupyterLab served by the project, and a browser on it."""

import contextlib
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from notebook_files import lesson
from printed_lines import lines_to_address

from ia3_teach.course.lab.own_settings import make_state

PLAIN = {"@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"}}  # every cell in the page


@dataclass
class Page:
    """A page of JupyterLab with what went wrong on it."""

    page: Any
    base: str
    token: str
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def open(self, notebook: str) -> None:
        """Show a notebook and wait until its kernel is idle and connected."""
        self.page.on("request", self._request)
        self.page.on("console", lambda m: m.type == "error" and self.errors.append(m.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{self.base}/lab/tree/{notebook}?token={self.token}&reset")
        self.page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if any(
                kernel["execution_state"] == "idle" and kernel["connections"] for kernel in self.kernels()
            ):
                return
            time.sleep(0.2)
        raise TimeoutError("no idle kernel")

    def kernels(self) -> list[dict[str, Any]]:
        """What the server says of its kernels; an error, as while one starts, counts as none yet."""
        address = f"{self.base}/api/kernels?token={self.token}"
        try:
            return json.load(urllib.request.urlopen(address, timeout=5))
        except urllib.error.HTTPError:
            return []

    def _request(self, request: Any) -> None:
        own = (self.base, self.base.replace("http", "ws"), "data:", "blob:")
        if not request.url.startswith(own):
            self.outside.append(request.url)

    def run_all(self, timeout: float = 120.0) -> None:
        """Run All Cells, again if JupyterLab dropped it, until every code cell has a number."""
        from playwright.sync_api import expect

        prompts = self.page.locator(".jp-CodeCell .jp-InputPrompt")
        for _ in range(3):
            self.page.locator(".lm-MenuBar-itemLabel", has_text=re.compile("^Run$")).click()
            item = self.page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Run All Cells$"))
            item.click()
            with contextlib.suppress(AssertionError):
                expect(prompts.first).not_to_have_text("[ ]:", timeout=5000)
                break
        numbered = prompts.filter(has_text=re.compile(r"^\[\d+\]:$"))
        expect(numbered).to_have_count(prompts.count(), timeout=timeout * 1000)


@contextlib.contextmanager
def lab_page(directory: Path, chromium: str, scratch: Path) -> Iterator[Page]:
    """Serve a directory with the project's own `serve` and open a browser there."""
    from playwright.sync_api import sync_playwright

    with server(directory, scratch) as (base, token), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
        )
        yield Page(browser.new_page(viewport={"width": 1280, "height": 1400}), base, token)
        browser.close()


@contextlib.contextmanager
def server(directory: Path, scratch: Path) -> Iterator[tuple[str, str]]:
    """The address and token of a JupyterLab that keeps its own settings out of the user's."""
    for name, settings in PLAIN.items():
        path = make_state(directory) / "settings" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(settings))
    environment = {key: value for key, value in os.environ.items() if key != "MPLBACKEND"}
    code = (
        "import sys; from pathlib import Path; from ia3_teach.course.lab.serving import serve\n"
        f"sys.exit(serve(Path({str(directory)!r}), 18100, browser=False))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment
    )
    try:
        yield tuple(lines_to_address(process)[-1].split("/lab?token="))
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextlib.contextmanager
def executed(folder: Path, chromium: str, name: str, *cells: str) -> Iterator[Page]:
    """A lesson of these cells in a browser, all of them run."""
    (folder / "course").mkdir()
    lesson(folder / "course", name, *cells)
    with lab_page(folder / "course", chromium, folder / "scratch") as lab:
        lab.page.set_default_timeout(120_000)
        lab.open(f"{name}.ipynb")
        lab.run_all(timeout=240)
        yield lab
