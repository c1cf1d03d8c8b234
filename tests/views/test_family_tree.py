"""The tree shows every method at its form, and what merges by the line of its box."""

from itertools import combinations

import pytest
from colour_vision import KINDS, distance

from ia3_teach import family
from ia3_teach.views.family_tree import FORMS, by_form, plot_family

FACTS = family.facts()


def test_another_form_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match="one of scale, add, rotate, prepend, select; found 'bend'"):
        by_form({"Bend": {"form": "bend"}})


def test_every_method_stands_in_the_tree_once() -> None:
    (axes,) = plot_family(FACTS).axes
    texts = [text.get_text() for text in axes.texts]
    assert sorted(texts) == sorted([*FACTS, *FORMS, "PEFT"])


def test_a_box_is_dashed_where_a_method_does_not_merge() -> None:
    (axes,) = plot_family(FACTS).axes
    for text in axes.texts:
        if text.get_text() in FACTS:
            solid = text.get_bbox_patch().get_linestyle() in ("-", "solid")
            assert solid == FACTS[text.get_text()]["merges"], text.get_text()


def test_no_two_boxes_touch() -> None:
    figure = plot_family(FACTS)
    figure.draw_without_rendering()
    boxes = [
        text.get_bbox_patch().get_window_extent() for text in figure.axes[0].texts if text.get_bbox_patch()
    ]
    assert len(boxes) == len(FACTS)
    assert not [pair for pair in combinations(boxes, 2) if pair[0].overlaps(pair[1])]


def test_the_description_names_forms_and_what_stays() -> None:
    words = plot_family({name: FACTS[name] for name in ("IA3", "PromptTuning")}).description
    assert words.endswith("scale: IA3; prepend: PromptTuning. Dashed, not merging: PromptTuning.")


def test_forms_differ_by_their_marks_alone() -> None:
    assert len({look["marker"] for look in FORMS.values()}) == len(FORMS)


@pytest.mark.parametrize("kind", [None, *KINDS])
@pytest.mark.parametrize("pair", combinations(FORMS, 2), ids="-".join)
def test_and_by_their_colours_for_everyone(pair: tuple[str, str], kind: str | None) -> None:
    one, other = (FORMS[form]["color"] for form in pair)
    assert distance(one, other, kind) > 20
