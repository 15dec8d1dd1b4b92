"""Which subjects are measured."""

import pytest

from clients.asking.subject import Choice, Condition, Subject, choose_subjects, list_roles
from clients.errors import EndpointFailure, UsageFault

ENDPOINT = "http://127.0.0.1:8000/v1"


def choice(**fields: object) -> Choice:
    return Choice(endpoint=ENDPOINT, **fields)  # type: ignore[arg-type]


def named(*names: str, **fields: object) -> tuple[Subject, ...]:
    return tuple(Subject(name=name, endpoint=ENDPOINT, model=f"model-{name}", **fields) for name in names)  # type: ignore[arg-type]


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
def test_simple_form_names_the_baseline_first(model: str | None, baseline: str | None, expected: list[tuple[str, str]]) -> None:
    chosen = choose_subjects(choice(model=model, baseline=baseline), listed=("first", "second", "third"))
    assert list(zip(list_roles(len(chosen)), [subject.model for subject in chosen], strict=True)) == expected
    assert len({subject.name for subject in chosen}) == len(chosen)


def test_baseline_that_is_the_default_model_is_refused() -> None:
    with pytest.raises(UsageFault, match="it lists first, second"):
        choose_subjects(choice(baseline="first"), listed=("first", "second"))


def test_name_is_needed_where_nothing_is_listed() -> None:
    with pytest.raises(EndpointFailure, match="name one with --model"):
        choose_subjects(choice(), listed=())


@pytest.mark.parametrize(("baseline", "expected"), [(None, ["a", "b", "c"]), ("c", ["c", "a", "b"])])
def test_first_of_several_is_the_baseline_unless_another_is_named(baseline: str | None, expected: list[str]) -> None:
    chosen = choose_subjects(choice(named=named("a", "b", "c"), baseline=baseline), listed=())
    assert [subject.name for subject in chosen] == expected


def test_first_two_subjects_fill_the_notes_fields() -> None:
    assert [list_roles(number) for number in (1, 2, 4)] == [
        ("trained",),
        ("baseline", "trained"),
        ("baseline", "trained", "other", "other"),
    ]


def test_baseline_that_is_none_of_the_subjects_is_refused() -> None:
    with pytest.raises(UsageFault, match="names one of a, b"):
        choose_subjects(choice(named=named("a", "b"), baseline="d"), listed=())


def test_two_subjects_of_one_name_are_refused() -> None:
    with pytest.raises(UsageFault, match="two subjects are called a"):
        choose_subjects(choice(named=named("a", "b", "a")), listed=())


def test_condition_asks_each_model_again() -> None:
    kernel = Condition(name="kernel", system="Be kind.")
    chosen = choose_subjects(choice(model="tuned", baseline="base", conditions=(kernel,)), listed=())
    assert [(subject.name, subject.model, subject.system) for subject in chosen] == [
        ("base", "base", None),
        ("tuned", "tuned", None),
        ("base+kernel", "base", "Be kind."),
        ("tuned+kernel", "tuned", "Be kind."),
    ]


def test_condition_leaves_a_system_prompt_of_ones_own_alone() -> None:
    kernel = Condition(name="kernel", system="Be kind.")
    chosen = choose_subjects(choice(named=(*named("a"), *named("b", system="Be brief.")), conditions=(kernel,)), listed=())
    assert [(subject.name, subject.system) for subject in chosen] == [("a", None), ("b", "Be brief."), ("a+kernel", "Be kind.")]


def test_only_what_has_a_system_prompt_gets_it_prepended() -> None:
    chosen = choose_subjects(choice(named=(*named("a"), *named("b", system="Be brief.")), is_system_prepended=True), listed=())
    assert [subject.is_system_prepended for subject in chosen] == [False, True]
