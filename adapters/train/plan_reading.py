"""Make a plan of what was given, in flags and in TOML, and find all that is wrong with it at once."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

import msgspec

from adapters.command import UsageFault
from adapters.train.plan import Asked, TrainingPlan

EXCLUSIVE = (("steps", "epochs"), ("resume", "overwrite"))
NAMES = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}  # of kinds of values


class Given(NamedTuple):
    """A value as it was written, and where."""

    value: Any
    origin: str


class Field(NamedTuple):
    """A field of the plan, as it is asked for."""

    name: str  # in kebab-case
    field: str  # of the struct
    type: Any
    default: Any  # msgspec.NODEFAULT where it must be given
    asked: Asked

    @property
    def is_switch(self) -> bool:
        """Whether its flag takes no value."""
        return isinstance(self.default, bool)


FIELDS = tuple(
    Field(
        field.encode_name,
        field.name,
        field.type,
        field.default,
        next(one for one in field.type.__metadata__ if isinstance(one, Asked)),
    )
    for field in msgspec.structs.fields(TrainingPlan)
)


def read_toml(file: Path, faults: list[str]) -> dict[str, Given]:
    """Read the keys of a configuration file; what is wrong with it is added to the faults."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as exc:
        faults.append(f"--config {file}: cannot be read: {exc.strerror}")
        return {}
    except (ValueError, RecursionError) as exc:  # of TOML, and of UTF-8
        faults.append(f"--config {file}: is not valid TOML: {exc}")
        return {}
    return read_table(table, str(file), faults)


def read_table(table: Mapping[str, Any], where: str, faults: list[str]) -> dict[str, Given]:
    """Take the keys of a table, in kebab-case or snake_case; one that is unknown or stands twice is added to the faults."""
    known, given = {field.name for field in FIELDS}, dict[str, Given]()
    for key, value in table.items():
        name = key.replace("_", "-")
        if name not in known:
            faults.append(f"{key} in {where} is not a setting; known are: {', '.join(sorted(known))}")
        elif name in given:
            faults.append(f"{key} in {where} stands there twice, as {name} and as {name.replace('-', '_')}")
        else:
            given[name] = Given(value, f"{key} in {where}")
    return given


def lay_over(below: Mapping[str, Given], above: Mapping[str, Given]) -> dict[str, Given]:
    """Let what is above win, also over what excludes it."""
    ousted = {other for pair in EXCLUSIVE for name in pair for other in pair if name in above and other != name and _is_set(above[name])}
    return {name: one for name, one in below.items() if name not in ousted} | dict(above)


def make_plan(given: Mapping[str, Given], faults: list[str]) -> TrainingPlan:
    """Make the plan. Raises UsageFault with these faults and all that are found here."""
    values: dict[str, Any] = {}
    for field in FIELDS:
        if (one := given.get(field.name)) is None:
            if field.default is msgspec.NODEFAULT:
                faults.append(f"--{field.name} is missing: {field.asked.help}")
            continue
        try:
            values[field.field] = _convert(field, one.value)
        except ValueError as exc:
            faults.append(f"{one.origin}: {exc}, from {one.value!r:.80}")
    for pair in EXCLUSIVE:
        origins = [given[name].origin for name in pair if name in given and _is_set(given[name])]
        if len(origins) > 1:
            faults.append(f"{' and '.join(origins)} exclude each other: choose")
    if values.get("answer_end") == "text" and values.get("train_on") == "everything":
        faults.append("--answer-end text is about answers, and --train-on everything knows none: choose")
    if faults:
        raise UsageFault("\n  ".join(faults))
    return TrainingPlan(**values)


def _convert(field: Field, value: Any) -> Any:
    if field.asked.parse:
        return field.asked.parse(value)
    try:
        return msgspec.convert(value, field.type, strict=not isinstance(value, str))
    except msgspec.ValidationError as exc:
        raise ValueError(_say_expected(field.type, str(exc))) from exc


def _say_expected(kind: Any, otherwise: str) -> str:
    """Say what a value should be, where msgspec speaks of types."""
    kinds = _list_kinds(kind)
    if choices := [choice for one in kinds if get_origin(one) is Literal for choice in get_args(one)]:
        return f"expected {', '.join(map(str, choices[:-1]))} or {choices[-1]}"
    if "got `" in otherwise and (names := [NAMES[one] for one in kinds if one in NAMES]):
        return f"expected {' or '.join(names)}"
    return otherwise


def _list_kinds(kind: Any) -> list[Any]:
    """Give a type without its annotations, and each of a union."""
    if get_origin(kind) is Annotated:
        return _list_kinds(get_args(kind)[0])
    return [inner for one in get_args(kind) for inner in _list_kinds(one)] if get_origin(kind) in (Union, UnionType) else [kind]


def _is_set(given: Given) -> bool:
    return given.value is not False
