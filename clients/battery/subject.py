"""Subjects: what is put to the probes."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from clients.battery.errors import EndpointFailure, UsageFault

Role = Literal["baseline", "trained"]  # the note's words, which are those of the report


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A model behind an endpoint, in its part of the comparison."""

    role: Role
    endpoint: str  # the API's root, ending in /v1
    model: str


def choose_subjects(*, endpoint: str, model: str | None, baseline: str | None, listed: Sequence[str]) -> tuple[Subject, ...]:
    """Name the subjects, the baseline first; the subject is the first model listed unless `model` names another."""
    trained = model or _first_listed(endpoint, listed)
    if baseline is not None and model is None and baseline == trained:
        raise UsageFault(
            f"--baseline {baseline} is also the model this endpoint lists first: say with --model what to compare it with"
            f" ({_enumerate(listed)})"
        )
    subject = Subject(role="trained", endpoint=endpoint, model=trained)
    if baseline is None:
        return (subject,)
    return (Subject(role="baseline", endpoint=endpoint, model=baseline), subject)


def _first_listed(endpoint: str, listed: Sequence[str]) -> str:
    if not listed:
        raise EndpointFailure(f"{endpoint}/models lists no model: name one with --model")
    return listed[0]


def _enumerate(listed: Sequence[str]) -> str:
    return "it lists " + ", ".join(listed)
