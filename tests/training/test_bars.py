"""A bar in a notebook is HTML and goes away; what a run took is never compared."""

import nbformat
import pytest
from notebook_files import lesson

from ia3_teach.course.lab.executing import execute
from ia3_teach.training import bars
from ia3_teach.training.bars import Bar, in_notebook


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """What is displayed, one bundle after another; every step is drawn."""
    bundles: list[dict[str, str]] = []

    class Handle:
        def update(self, data: dict[str, str], raw: bool) -> None:
            bundles.append(data)

    monkeypatch.setattr("IPython.display.display", lambda data, **_: bundles.append(data) or Handle())
    monkeypatch.setattr(bars, "DELAY", 0.0)
    monkeypatch.setattr(bars, "EVERY", 0.0)
    return bundles


def test_an_error_inside_takes_the_bar_away_too(shown, monkeypatch) -> None:
    monkeypatch.setattr(bars, "in_notebook", lambda: True)
    with pytest.raises(ZeroDivisionError), bars.progress("fit") as counted:
        for step in counted(range(3)):
            step / (1 - step)
    assert shown[-1] == {"text/html": bars.GONE}


def test_a_bar_counts_names_itself_and_is_html_alone(shown) -> None:
    bar = Bar("train", 4, done=1)
    bar.set_postfix_str("loss 0.5")
    bar.update()
    bar.close()
    assert [list(bundle) for bundle in shown] == [["text/html"], ["text/html"]]
    assert 'value="2" max="4"' in shown[0]["text/html"]
    assert 'aria-label="train: 2 of 4, loss 0.5"' in shown[0]["text/html"]


def test_a_name_with_markup_in_it_is_read_as_it_is_written(shown) -> None:
    bar = Bar('grading "<b>', 4)
    bar.update()
    (told,) = [bundle["text/html"] for bundle in shown]
    assert "<b>" not in told and told.count("grading &quot;&lt;b&gt;: 1 of 4") == 2


def test_what_is_done_soon_has_no_bar(shown, monkeypatch) -> None:
    monkeypatch.setattr(bars, "DELAY", 60.0)
    bar = Bar("fit", 1)
    bar.update()
    bar.close()
    assert shown == [] and not in_notebook()


def test_an_executed_lesson_keeps_nothing_of_a_bar(tmp_path) -> None:
    source = (
        "import time\nfrom ia3_teach.training import bars\nbars.DELAY = 0.0\n"
        "with bars.progress('fit') as counted:\n"
        "    print([step for step in counted(range(3)) if not time.sleep(0.4)])"
    )
    path = lesson(tmp_path, "00_bar", source)
    execute(path)
    (output,) = nbformat.read(path, as_version=4).cells[1].outputs
    assert output.text == "[0, 1, 2]\n"
