"""The recipes whose accuracies were measured."""

import pytest
from small_architectures import ARCHITECTURES

from ia3_teach import attach, count, family
from ia3_teach.course.lesson.compared import family_recipes

EXAMPLES = [
    {"input_ids": [5, 6, 7], "labels": [7, 8, 9]},
    {"input_ids": [9, 8, 7], "labels": [5, 6, 7]},
]


def test_fish_without_examples_is_refused() -> None:
    model = ARCHITECTURES["bert"]().build()
    with pytest.raises(ValueError, match="no examples"):
        family_recipes()["FishMask"](model, [])


@pytest.mark.parametrize("name", family_recipes())
def test_each_is_a_recipe_of_its_name_and_trains_something(name: str) -> None:
    model = ARCHITECTURES["bert"]().build()
    recipe = family_recipes()[name](model, EXAMPLES)
    assert type(recipe).__name__ == name and name in family.facts()
    attach(model, recipe)
    assert count(model).adapter > 0
