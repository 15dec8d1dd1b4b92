"""Subjects: what is put to the probes."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from clients.errors import EndpointFailure, UsageFault

Role = Literal["baseline", "trained", "other"]  # the first two are the paper's words: they fill its fields in the report


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A model behind an endpoint under a condition: a system prompt, an adapter's scale."""

    name: str
    endpoint: str  # the API's root, ending in /v1
    model: str
    system: str | None = None
    is_system_prepended: bool = False  # to the user's turn, for models without a system role
    scale: float | None = None  # of the adapter; None: none is sent

    @property
    def system_digest(self) -> str | None:
        """Hash the system prompt, so that records can name it without repeating it."""
        return None if self.system is None else "sha256:" + hashlib.sha256(self.system.encode()).hexdigest()


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """A system prompt under which the models are asked again."""

    name: str
    system: str


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line says of the subjects: names them one by one, or gives a model and its baseline."""

    endpoint: str  # whose list of models names the default
    model: str | None = None
    baseline: str | None = None  # a model, or with `named` the name of a subject
    named: tuple[Subject, ...] = ()
    conditions: tuple[Condition, ...] = ()
    is_system_prepended: bool = False

    @property
    def endpoints(self) -> tuple[str, ...]:
        """List each endpoint that will be asked, once."""
        return tuple(dict.fromkeys([subject.endpoint for subject in self.named] or [self.endpoint]))

    @property
    def is_list_needed(self) -> bool:
        """Say whether a model has to be chosen from what an endpoint lists."""
        return self.model is None and not self.named


def choose_subjects(choice: Choice, listed: Sequence[str]) -> tuple[Subject, ...]:
    """Name the subjects, the baseline first; `listed` are the models of `choice.endpoint`. Raises a ClientError."""
    subjects = _baseline_first(choice) if choice.named else _simple_pair(choice, listed)
    subjects = (*subjects, *_under_conditions(subjects, choice.conditions))
    names = [subject.name for subject in subjects]
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise UsageFault(f"two subjects are called {', '.join(doubled)}: give each --subject and --system a name of its own")
    return tuple(msgspec.structs.replace(subject, is_system_prepended=_is_prepended(subject, choice)) for subject in subjects)


def list_roles(num_subjects: int) -> tuple[Role, ...]:
    """Say which of the paper's fields the subjects fill: of several the first is the baseline; one alone is the paper's trained model."""
    if num_subjects == 1:
        return ("trained",)
    other: Role = "other"
    return ("baseline", "trained", *(other for _ in range(num_subjects - 2)))


def _simple_pair(choice: Choice, listed: Sequence[str]) -> tuple[Subject, ...]:
    """Take the first model listed unless --model names another, with --baseline before it."""
    model = choice.model or _first_listed(choice.endpoint, listed)
    if choice.baseline is None:
        return (Subject(name=model, endpoint=choice.endpoint, model=model),)
    if choice.model is None and choice.baseline == model:
        raise UsageFault(
            f"--baseline {model} is also the model this endpoint lists first: say with --model what to compare it with"
            f" (it lists {', '.join(listed)})"
        )
    before = Subject(name=choice.baseline, endpoint=choice.endpoint, model=choice.baseline)
    name = f"{model} again" if model == choice.baseline else model
    return (before, Subject(name=name, endpoint=choice.endpoint, model=model))


def _baseline_first(choice: Choice) -> tuple[Subject, ...]:
    if choice.baseline is None:
        return choice.named
    if choice.baseline not in {subject.name for subject in choice.named}:
        names = ", ".join(subject.name for subject in choice.named)
        raise UsageFault(f"--baseline {choice.baseline} is none of the subjects: beside --subject it names one of {names}")
    return tuple(sorted(choice.named, key=lambda subject: subject.name != choice.baseline))


def _under_conditions(subjects: Iterable[Subject], conditions: Sequence[Condition]) -> Iterable[Subject]:
    """Ask every subject that has no system prompt of its own again under each condition."""
    return (
        msgspec.structs.replace(subject, name=f"{subject.name}+{condition.name}", system=condition.system)
        for condition in conditions
        for subject in subjects
        if subject.system is None
    )


def _is_prepended(subject: Subject, choice: Choice) -> bool:
    return choice.is_system_prepended and subject.system is not None


def _first_listed(endpoint: str, listed: Sequence[str]) -> str:
    if not listed:
        raise EndpointFailure(
            f"{endpoint}/models lists no model: name one with --model, or see whether the URL is that of an OpenAI-compatible server"
        )
    return listed[0]
