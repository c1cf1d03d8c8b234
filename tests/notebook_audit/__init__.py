"""Rules for a lesson: each takes a notebook and yields what is wrong, in words for its author."""

from typing import Any

from notebook_audit.code import (
    allowed_imports,
    executed_top_to_bottom,
    no_trailing_semicolon,
    readable_unsolved,
    short_cells,
)
from notebook_audit.look import Rule
from notebook_audit.outputs import (
    alt_text,
    compared_share,
    fits_the_page,
    no_absolute_path,
    no_remote_image,
    under_one_megabyte,
)
from notebook_audit.reader import (
    assertions_have_texts,
    five_places,
    no_description_in_a_cell,
    numbers_not_verdicts,
    short_lines,
)
from notebook_audit.sentences import short_sentences
from notebook_audit.words import (
    anchors,
    objectives_name_exercises,
    whole_exercises,
    words_and_code,
)

RULES: list[Rule] = [
    executed_top_to_bottom,
    short_cells,
    no_trailing_semicolon,
    no_absolute_path,
    no_remote_image,
    alt_text,
    fits_the_page,
    allowed_imports,
    readable_unsolved,
    compared_share,
    under_one_megabyte,
    words_and_code,
    anchors,
    objectives_name_exercises,
    whole_exercises,
    five_places,
    numbers_not_verdicts,
    short_lines,
    no_description_in_a_cell,
    assertions_have_texts,
    short_sentences,
]


def problems(notebook: Any) -> list[str]:
    """All that is wrong with a lesson, each line with the name of the rule."""
    return [f"{rule.__name__}: {text}" for rule in RULES for text in rule(notebook)]
