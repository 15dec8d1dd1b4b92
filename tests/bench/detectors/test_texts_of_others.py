"""Texts of others, judged by the detectors and by other rules, and told in the report."""

from pathlib import Path

import msgspec
import pytest

from bench.detectors.comparison import Compared, Comparison
from bench.detectors.corpora.digest import digest_text
from bench.detectors.corpora.example import Example
from bench.detectors.corpora.gemma.answer import Answer
from bench.detectors.corpora.gemma.labels import KINDS, label_answers, read_labels
from bench.detectors.corpora.human.passage import Passage, write_passages
from bench.detectors.gemma_table import real_answer_targets, real_answers
from bench.detectors.human_table import human_passages, human_target
from bench.detectors.observation import Observation
from bench.detectors.other_rules import OtherRules, TokenRepetition
from bench.detectors.table import Table
from bench.detectors.texts_of_others import TextsOfOthers, read_texts
from scoring.scores import Flag, Tier

THRICE = TokenRepetition(least_size=1, greatest_size=4, copies=3)
LOOP = "The sea is wide. " * 40
PROSE = "Barrels were stored below deck, where the air is cool and the cooper could reach them at any hour of the long night watch."


@pytest.mark.parametrize(
    ("tokens", "is_ended"),
    [
        ([], False),
        ([7, 7], False),
        ([7, 7, 7], True),
        ([1, 2, 7, 7, 7, 3, 4], True),  # in the middle too: the answer would not have come further
        ([1, 2, 3, 1, 2, 3, 1, 2], False),
        ([1, 2, 3, 1, 2, 3, 1, 2, 3], True),
        ([1, 2, 3, 4, 5] * 3, False),  # a longer pattern than is looked for
        ([1, 2, 1, 2, 9, 1, 2], False),
    ],
)
def test_tokens_end_where_a_pattern_stands_often_enough(tokens: list[int], is_ended: bool) -> None:
    assert THRICE.ends(tokens) is is_ended


def test_short_patterns_are_found_as_multiples_of_themselves() -> None:
    longer = TokenRepetition(least_size=4, greatest_size=8, copies=3)
    assert longer.ends([7] * 12)
    assert not longer.ends([7] * 11)


def test_without_a_tokenizer_only_compression_is_judged() -> None:
    others = OtherRules(None)
    assert others.names == ("compression ratio > 2.4",)
    assert [others.judge(text) for text in (LOOP, PROSE, "")] == [(True,), (False,), (False,)]


def compared(kind: str, *flags: tuple[str, Tier], others: tuple[bool, ...] = (False,)) -> Compared:
    raised = tuple(Flag(flag=name, tier=tier) for name, tier in flags)
    seen = Observation(example=Example(kind=kind, text=PROSE), flags=raised, hard_after_chars=None, feeding_s=0.0, finishing_s=0.0)
    return Compared(seen=seen, others=others)


def comparison(*texts: Compared) -> Comparison:
    return Comparison(rules=("other",), texts=texts)


def cells(table: Table, first: str) -> list[str]:
    (row,) = [row for row in table.rows if row[0] == first]
    return [cell.split()[0] for cell in row[2:]]


def test_answers_are_counted_by_label_and_by_what_was_said_of_them() -> None:
    table = real_answers(
        comparison(
            compared("exact", ("phrase_loop", "hard"), others=(True,)),
            compared("exact", ("near_loop", "soft"), ("truncated", "soft")),
            compared("near", ("topic_evasion", "soft")),
            compared("fine", ("truncated", "soft")),
        )
    )
    assert cells(table, "exact") == ["2", "50.0", "100.0", "100.0", "50.0"]
    assert cells(table, "near") == ["1", "0.0", "0.0", "100.0", "0.0"]
    assert cells(table, "fine") == ["1", "0.0", "0.0", "0.0", "0.0"]


def test_targets_on_answers_want_loops_hard_and_good_ones_left_alone() -> None:
    found = [compared("exact", ("phrase_loop", "hard"))] * 19
    near = [compared("near", ("near_loop", "soft"))] * 4
    enough = comparison(*found, compared("exact"), *near, compared("near"), compared("fine", ("near_loop", "soft")))
    assert [target.is_met for target in real_answer_targets(enough)] == [True, True, True, True]
    missed = comparison(*found[:18], compared("exact"), *near[:3], compared("near"), compared("fine", ("empty", "hard")))
    assert [target.is_met for target in real_answer_targets(missed)] == [False, False, False, False]


@pytest.mark.parametrize(("num_hard", "is_met"), [(0, True), (1, True), (2, False)])
def test_one_hard_flag_in_five_thousand_passages_is_borne(num_hard: int, is_met: bool) -> None:
    texts = [compared("jokes", ("phrase_loop", "hard"))] * num_hard + [compared("jokes")] * (5_000 - num_hard)
    assert human_target(comparison(*texts)).is_met is is_met


def test_drawings_are_counted_apart_from_what_was_written() -> None:
    judged = comparison(compared("jokes"), compared("SVG", ("phrase_loop", "hard")), compared("jokes", ("near_loop", "soft")))
    assert [cells(human_passages(judged), name)[1] for name in ("jokes", "all written", "SVG", "all drawn")] == [
        "0.0",
        "0.0",
        "1000.0",
        "1000.0",
    ]
    assert human_target(judged).is_met


def answer(text: str) -> Answer:
    return Answer(batch=0, kind="raw", prompt="Go on:", temperature=0, max_tokens=120, finish_reason="length", num_tokens=120, text=text)


def test_only_answers_that_were_read_are_taken_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.detectors.corpora.gemma.labels.read_labels", lambda: {digest_text(LOOP): "exact"})
    examples = label_answers([answer(LOOP), answer(LOOP), answer(PROSE)])
    assert [(example.kind, example.text, example.finish_reason) for example in examples] == [("exact", LOOP, "length")]


def test_control_tokens_count_as_leaks_where_there_is_no_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {f"{PROSE} <start_of_image>": "fine", f"{LOOP} <start_of_image>": "exact", PROSE: "fine"}
    monkeypatch.setattr(
        "bench.detectors.corpora.gemma.labels.read_labels", lambda: {digest_text(text): label for text, label in texts.items()}
    )
    assert [example.kind for example in label_answers([answer(text) for text in texts])] == ["leak", "exact", "fine"]


def test_labels_are_digests_and_kinds_that_the_table_shows() -> None:
    assert set(read_labels().values()) <= set(KINDS)
    assert all(len(digest) == 16 and int(digest, 16) >= 0 for digest in read_labels())


def test_files_are_read_and_told_in_the_report(tmp_path: Path) -> None:
    human, gemma = tmp_path / "human.jsonl", tmp_path / "gemma.jsonl"
    passages = [
        Passage(id=digest_text(text), kind=kind, source="tool_1.deb:x", text=text) for kind, text in (("songs", LOOP), ("jokes", PROSE))
    ]
    write_passages(human, passages)
    gemma.write_bytes(msgspec.json.encode(answer(PROSE)) + b"\n")
    texts = read_texts(gemma=gemma, human=[human], others=OtherRules(None))
    assert texts.options == " --gemma FILE --human FILE"
    assert "1 others have no label and are left out" in texts.introduction
    assert "1 packages" in texts.introduction
    assert "2 of them, of 2 kinds" in texts.introduction
    assert [table.heading for table in texts.tables] == ["Answers of a real Gemma", "Human text"]
    assert cells(texts.tables[1], "songs")[1:4] == ["1000.0", "1000.0", "1000.0"]
    assert len(texts.targets) == 5
    assert [seen.example.kind for seen in texts.without_fault] == ["songs", "jokes"]


def test_a_report_without_them_says_so() -> None:
    texts = TextsOfOthers()
    assert (texts.tables, texts.targets, texts.options) == ((), (), "")
    assert "not in this run" in texts.introduction
