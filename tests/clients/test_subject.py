"""Which models are measured."""

import pytest

from clients.battery.errors import EndpointFailure, UsageFault
from clients.battery.subject import choose_subjects

ENDPOINT = "http://127.0.0.1:8000/v1"


@pytest.mark.parametrize(
    ("model", "baseline", "expected"),
    [
        (None, None, [("trained", "first")]),
        ("third", None, [("trained", "third")]),
        ("unlisted", None, [("trained", "unlisted")]),
        ("second", "first", [("baseline", "first"), ("trained", "second")]),
        (None, "second", [("baseline", "second"), ("trained", "first")]),
        ("first", "first", [("baseline", "first"), ("trained", "first")]),
    ],
)
def test_choose_subjects_names_them_baseline_first(model: str | None, baseline: str | None, expected: list[tuple[str, str]]) -> None:
    chosen = choose_subjects(endpoint=ENDPOINT, model=model, baseline=baseline, listed=("first", "second", "third"))
    assert [(subject.role, subject.model) for subject in chosen] == expected


def test_choose_subjects_refuses_a_baseline_that_is_the_default_model() -> None:
    with pytest.raises(UsageFault, match="it lists first, second"):
        choose_subjects(endpoint=ENDPOINT, model=None, baseline="first", listed=("first", "second"))


def test_choose_subjects_needs_a_name_where_nothing_is_listed() -> None:
    with pytest.raises(EndpointFailure, match="name one with --model"):
        choose_subjects(endpoint=ENDPOINT, model=None, baseline=None, listed=())
