"""What is done with each field that a body may have: decided as data, which the check of a request and the docs share."""

from collections.abc import Iterable, Iterator, Mapping
from keyword import iskeyword
from typing import Any, Literal

import msgspec

from server.http.faults import Fault


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """What is done with a field. Of one that is not honoured, null and the values of `passes` ask for nothing."""

    decision: Literal["honoured", "accepted", "refused"]  # accepted: it changes nothing, and a header of the answer names it
    about: str  # what a honoured field does, and why another is not
    passes: tuple[str, ...] = ()  # as JSON
    advice: str = "leave it out"  # instead of a refused one


def honoured(about: str) -> Field:
    """Decide for a field that does what it says."""
    return Field(decision="honoured", about=about)


def accepted(about: str, *passes: str) -> Field:
    """Decide for a field that may hold anything and changes nothing."""
    return Field(decision="accepted", about=about, passes=passes)


def refused(about: str, *passes: str, advice: str = "leave it out") -> Field:
    """Decide for a field that would change the answer, or the world, if it were supported."""
    return Field(decision="refused", about=about, passes=passes, advice=advice)


class FieldTable:
    """The decisions for all fields of one struct; there a field whose name is a word of Python's has a `_` behind it."""

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self.fields = fields
        self._refused = tuple(name for name, field in fields.items() if field.decision == "refused")
        self._accepted = tuple(name for name, field in fields.items() if field.decision == "accepted")

    def find_refused(self, struct: msgspec.Struct) -> Iterator[str]:
        """Find the fields with which a struct asks for what there is not."""
        return (name for name in self._refused if self._asks(struct, name))

    def list_accepted(self, structs: Iterable[msgspec.Struct]) -> Iterator[str]:
        """List, each once, the fields with which structs ask for something that changes nothing. A body may have very many of them."""
        left = self._accepted
        for struct in structs:
            if named := [name for name in left if self._asks(struct, name)]:
                yield from named
                left = tuple(name for name in left if name not in named)

    def _asks(self, struct: msgspec.Struct, name: str) -> bool:
        value = getattr(struct, f"{name}_" if iskeyword(name) else name)
        return value is not None and _write(value) not in self.fields[name].passes


def refuse_field(place: str, field: Field) -> Fault:
    """Say of a field that it is refused, why, and what to do."""
    passes = " or ".join(("null", *field.passes))
    return Fault(param=place, message=f"'{place}' is not supported ({field.about}): {field.advice} (only {passes} is accepted).")


def _write(value: Any) -> str:
    """Write a value as JSON: compared in Python, False is 0 and True is 1."""
    return msgspec.json.encode(int(value) if isinstance(value, float) and value.is_integer() else value).decode()
