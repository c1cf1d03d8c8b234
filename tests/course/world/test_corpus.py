"""The corpora as arrays: whole documents, marked answers, rows of similar length together."""

import random

import pytest
import torch

from ia3_teach import load_model
from ia3_teach.course.world.corpus import by_length, prompted_blocks, prompted_rows
from ia3_teach.course.world.masked_rows import SHARES, UNASKED, bert_rows

_, BLOOM = load_model("tiny-bloom")
_, BERT = load_model("tiny-bert")


@pytest.mark.parametrize("count", [1, 7, 64, 65, 200])
def test_sorting_keeps_every_row_and_puts_like_to_like(count: int) -> None:
    lengths = [random.Random(place).randint(1, 50) for place in range(count)]
    order = by_length(lengths, 4, random.Random(0))
    assert sorted(order) == list(range(count))
    for start in range(0, count, 64):
        whole = sorted(lengths[start : start + 64])
        for batch in range(start, min(start + 64, count) - 3, 4):
            found = sorted(lengths[row] for row in order[batch : batch + 4])
            if count % 4 == 0:
                assert found in [whole[place : place + 4] for place in range(0, len(whole), 4)]


def test_packed_documents_follow_each_other_without_a_gap() -> None:
    ids, marks = prompted_blocks(BLOOM, 0, 6, 40)
    assert ids.shape == marks.shape == (6, 40)
    assert (ids != BLOOM.pad_token_id).all() and (ids == BLOOM.eos_token_id).any()
    again = prompted_blocks(BLOOM, 0, 3, 40)
    assert torch.equal(again[0], ids[:3]) and torch.equal(again[1], marks[:3])


def test_rows_are_whole_documents_and_marks_lie_on_answers() -> None:
    ids, marks = prompted_rows(BLOOM, 0, 32, 96, 4, "relatives")
    assert ids.shape == marks.shape == (32, 96)
    assert not marks[ids == BLOOM.pad_token_id].any()
    for row, mark in zip(ids, marks, strict=True):
        starts = [place for place in range(1, 96) if mark[place] and not mark[place - 1]]
        assert all(BLOOM.decode(row[:place]).endswith(("\nAnswer:", "?")) for place in starts)
    asked = [row[mark] for row, mark in zip(ids, marks, strict=True) if mark.any()]
    assert all(BLOOM.decode(answer).startswith(" ") for answer in asked)
    assert any(BLOOM.decode(answer) == " yes" for answer in asked)


def test_rows_of_bert_are_pairs_answers_or_a_text_alone() -> None:
    rows = bert_rows(BERT, 0, 200, 80, 8, "relatives")
    pairs, alone = rows.follows != UNASKED, rows.words != UNASKED
    answered = rows.answers.any(1)
    assert not (pairs & alone).any() and not (answered & (pairs | alone)).any()
    assert (rows.ids[:, 0] == BERT.cls_token_id).all()
    for kind, share in zip((pairs, alone), SHARES["relatives"], strict=True):
        assert abs(kind.float().mean() - share) < 0.1
    ends = (rows.ids == BERT.sep_token_id).sum(1)
    assert (ends[alone] == 1).all() and (ends[pairs] == 2).all()
    assert not rows.segments[alone].any() and rows.segments[pairs].any(1).all()
    assert BERT.decode(rows.words[alone][0]).startswith(" ")


def test_the_second_segment_begins_behind_the_first_separator() -> None:
    rows = bert_rows(BERT, 1, 24, 64, 8, "pairs")
    for ids, segments in zip(rows.ids, rows.segments, strict=True):
        first, last = (ids == BERT.sep_token_id).nonzero().flatten().tolist()
        wanted = [0] * (first + 1) + [1] * (last - first) + [0] * (len(ids) - last - 1)
        assert segments.tolist() == wanted
    assert set(rows.follows.tolist()) == {0, 1}
