"""What a lesson asks beside the library: evaluating, costs, reading vectors, quoting; imported from here."""

from typing import TYPE_CHECKING

from ia3_teach.lazy import handed_out

if TYPE_CHECKING:  # what editors see; the same names as below
    from ia3_teach.course.lesson.choosing import choose
    from ia3_teach.course.lesson.compared import family_recipes
    from ia3_teach.course.lesson.controls import (
        by_chance,
        effective_rank,
        head_sizes,
        normal_like,
        row_correlations,
        share_between_heads,
        shuffled,
    )
    from ia3_teach.course.lesson.costs import Cost, break_even
    from ia3_teach.course.lesson.evaluate import accuracy_by_kind, scores
    from ia3_teach.course.lesson.flops import in_turns, operations, relative
    from ia3_teach.course.lesson.in_context import examples_text, scores_after
    from ia3_teach.course.lesson.memory import memory_of
    from ia3_teach.course.lesson.notebook import setup
    from ia3_teach.course.lesson.own_texts import own_rows
    from ia3_teach.course.lesson.paired import Difference, difference, pairs
    from ia3_teach.course.lesson.prompting import answers, encode_pair, encode_pairs, prompt_of
    from ia3_teach.course.lesson.reading import (
        by_departure,
        flat,
        layer_profile,
        only,
        reset,
        share_of_departure,
    )
    from ia3_teach.course.lesson.rounding import bits_lost, divided_out, folded_in, steps_apart
    from ia3_teach.course.lesson.trainer_bar import Bar, losses_of
    from ia3_teach.course.lesson.verdict import leads, tally
    from ia3_teach.course.shipped.adapters import shipped_runs, stored_vectors, vectors_directory
    from ia3_teach.course.shipped.authors import authors_vectors
    from ia3_teach.course.shipped.instructions import load_instructions
    from ia3_teach.course.shipped.manifest import read_manifest
    from ia3_teach.course.shipped.method_costs import shipped_costs
    from ia3_teach.course.shipped.paths import data_dir
    from ia3_teach.course.shipped.published_numbers import published
    from ia3_teach.course.shipped.results import summary, used
    from ia3_teach.course.shipped.tasks import in_context_prompt, with_examples
    from ia3_teach.course.shipped.way_costs import shipped_way_costs
    from ia3_teach.formulas import ia3_formula
    from ia3_teach.storage.stored import read_stored
    from ia3_teach.t_few.answers import ask, choice_scores
    from ia3_teach.t_few.losses import authors_terms, t_few_terms
    from ia3_teach.training.batches import collate
    from ia3_teach.training.loop import slope
    from ia3_teach.training.losses import loss_of

__all__, __getattr__, __dir__ = handed_out(
    "ia3_teach",
    {
        "course.lesson.choosing": "choose",
        "course.lesson.compared": "family_recipes",
        "course.lesson.controls": (
            "by_chance effective_rank head_sizes normal_like row_correlations share_between_heads shuffled"
        ),
        "course.lesson.costs": "Cost break_even",
        "course.lesson.evaluate": "accuracy_by_kind scores",
        "course.lesson.flops": "in_turns operations relative",
        "course.lesson.in_context": "examples_text scores_after",
        "course.lesson.memory": "memory_of",
        "course.lesson.notebook": "setup",
        "course.lesson.own_texts": "own_rows",
        "course.lesson.paired": "Difference difference pairs",
        "course.lesson.prompting": "answers encode_pair encode_pairs prompt_of",
        "course.lesson.reading": "by_departure flat layer_profile only reset share_of_departure",
        "course.lesson.rounding": "bits_lost divided_out folded_in steps_apart",
        "course.lesson.trainer_bar": "Bar losses_of",
        "course.lesson.verdict": "leads tally",
        "course.shipped.adapters": "shipped_runs stored_vectors vectors_directory",
        "course.shipped.authors": "authors_vectors",
        "course.shipped.instructions": "load_instructions",
        "course.shipped.manifest": "read_manifest",
        "course.shipped.method_costs": "shipped_costs",
        "course.shipped.paths": "data_dir",
        "course.shipped.published_numbers": "published",
        "course.shipped.results": "summary used",
        "course.shipped.tasks": "in_context_prompt with_examples",
        "course.shipped.way_costs": "shipped_way_costs",
        "formulas": "ia3_formula",
        "storage.stored": "read_stored",
        "t_few.answers": "ask choice_scores",
        "t_few.losses": "authors_terms t_few_terms",
        "training.batches": "collate",
        "training.loop": "slope",
        "training.losses": "loss_of",
    },
    into=__name__,
)
