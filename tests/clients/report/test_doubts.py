"""What forbids to conclude anything from a report."""

from typing import Any

import msgspec
import pytest

from clients.asking.subject import Subject
from clients.records.record import Record
from clients.report.doubts import Doubt, find_doubts, is_alias
from tests.clients.samples import ENDPOINT, make_provenance, make_record

LONG = "A barrel stores water in the garden, and the snow of the winter melts in it. " * 3


def doubts(records: dict[str, list[Record]], subjects: dict[str, Subject] | None = None) -> tuple[Doubt, ...]:
    """Find the doubts about subjects, the first of them the baseline."""
    named = [(subjects or {}).get(name) or Subject(name=name, endpoint=ENDPOINT, model=name) for name in records]
    flat = [record for own in records.values() for record in own]
    return find_doubts(records, make_provenance(named, flat, samples=2).subjects)


def replies(subject: str, *texts: str, **fields: Any) -> list[Record]:
    """Make two samples of each probe, of these texts in turn."""
    return [
        make_record(subject=subject, model=subject, id=f"p{number // 2}", sample=number % 2, seed=number % 2, response=text, **fields)
        for number, text in enumerate(texts)
    ]


def kinds(found: tuple[Doubt, ...]) -> list[tuple[str, bool]]:
    return [(doubt.kind, doubt.is_grave) for doubt in found]


def test_models_that_were_asked_for_and_answer_are_no_doubt() -> None:
    found = doubts({"base": replies("base", "a", "b", answered_as="base"), "tuned": replies("tuned", "c", "d", answered_as="tuned")})
    assert found == ()


def test_one_model_that_answers_for_two_is_a_grave_doubt() -> None:
    found = doubts({"base": replies("base", "a", "b", answered_as="l.gguf"), "tuned": replies("tuned", "c", "d", answered_as="l.gguf")})
    assert kinds(found) == [("same_model", True), ("other_model", False), ("other_model", False)]
    assert found[0].words.startswith("Asked for base and tuned, both answered as l.gguf:")


def test_name_of_a_server_stays_on_its_line() -> None:
    found = doubts({"base": replies("base", "a", "b", answered_as="evil\n\x1b[31m" + "x" * 500)})
    assert kinds(found) == [("other_model", False)]
    assert found[0].words.isprintable()
    assert len(found[0].words) < 200


def test_same_replies_of_two_models_are_a_grave_doubt() -> None:
    found = doubts({"base": replies("base", LONG, "x"), "tuned": replies("tuned", LONG, "x")})
    assert kinds(found) == [("same_replies", True)]
    assert "All 2 replies of base and tuned are the same" in found[0].words


def test_short_replies_may_be_the_same_by_chance() -> None:
    assert kinds(doubts({"base": replies("base", "4", "5"), "tuned": replies("tuned", "4", "5")})) == [("same_replies", False)]


def test_same_replies_of_adapters_that_the_server_confirms_are_no_grave_doubt() -> None:
    tuned = replies("tuned", LONG, "x", adapter="tuned", adapter_digest="sha256:1")
    assert kinds(doubts({"base": replies("base", LONG, "x"), "tuned": tuned})) == [("same_replies", False)]


def test_subject_that_is_asked_again_may_say_the_same() -> None:
    again = Subject(name="again", endpoint=ENDPOINT, model="base")
    records = {"base": replies("base", LONG, "x"), "again": [*replies("again", LONG, "x")]}
    assert doubts(records, {"again": again}) == ()


@pytest.mark.parametrize(("text", "is_grave"), [(LONG, True), ("Four.", False)])
def test_same_samples_are_a_doubt(text: str, is_grave: bool) -> None:
    found = doubts({"tuned": replies("tuned", text, text, "b" + text, "b" + text)})
    assert kinds(found) == [("same_samples", is_grave)]
    assert "the endpoint ignores the seed" in found[0].words


@pytest.mark.parametrize(
    "records",
    [
        replies("tuned", LONG, LONG, LONG, LONG, temperature=0.0),
        replies("tuned", LONG, LONG, LONG, LONG, temperature=None),
        replies("tuned", LONG, LONG, LONG, "another"),
        replies("tuned", LONG, LONG),
    ],
)
def test_samples_that_had_to_be_or_are_not_all_the_same_are_none(records: list[Record]) -> None:
    assert doubts({"tuned": records}) == ()


@pytest.mark.parametrize(
    ("asked", "answered", "expected"),
    [
        ("gpt-4o", "gpt-4o-2024-08-06", True),
        ("claude-3-5-sonnet-latest", "claude-3-5-sonnet-20241022", True),
        ("gemini-1.5-pro", "models/gemini-1.5-pro-002", True),
        ("google/gemma-3-4b-it", "gemma-3-4b-it", True),
        ("gemma-3-4b-it", "/srv/models/gemma-3-4b-it-Q4_K_M.gguf", True),
        ("llama3", "llama3:latest", True),
        ("gemma3:4b", "gemma3:4b", True),
        ("gpt-4o", "gpt-4o-mini-2024-07-18", False),
        ("base", "the-loaded-model.gguf", False),
        ("tuned", "base", False),
    ],
)
def test_aliases_are_told_from_other_models(asked: str, answered: str, expected: bool) -> None:
    assert is_alias(asked, answered) is expected


def test_doubts_are_plain_data() -> None:
    found = doubts({"tuned": replies("tuned", LONG, LONG, "x", "x")})
    assert msgspec.json.decode(msgspec.json.encode(found), type=tuple[Doubt, ...]) == found
