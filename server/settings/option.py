"""A setting as people write it: its flag, variable and key, all of them from a field of the settings' struct."""

from collections.abc import Callable
from typing import Any

import msgspec


class About(msgspec.Struct, frozen=True):
    """What a field's annotation says of its setting beside its type and bounds."""

    help: str
    metavar: str = "BOOL"
    parse: Callable[[Any], object] | None = None  # reads what was written; of a list, the tuple of its texts
    unset: str | None = None  # what holds where it is not set, if the default does not say


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """One setting."""

    name: str  # kebab-case: the flag without its dashes, and the key in the file
    field: str  # of the struct
    type: Any
    default: object
    about: About

    @property
    def is_switch(self) -> bool:
        """Whether it is a flag without a value; true or false elsewhere."""
        return isinstance(self.default, bool)

    @property
    def is_list(self) -> bool:
        """Whether its flag may be repeated; a list elsewhere."""
        return isinstance(self.default, tuple)

    def describe(self) -> str:
        """Say in a line what it does, and what holds without it."""
        default = self.about.unset
        if default is None and not self.is_switch and self.default not in (None, ()):
            default = f"{self.default:g}" if isinstance(self.default, float) else str(self.default)
        repeatable = "; repeatable" if self.is_list else ""
        return f"{self.about.help}{repeatable}" + (f" (default: {default})" if default else "")

    def convert(self, value: object) -> object:
        """Give the field's value for what was written; raises a ValueError for people."""
        if self.is_list:
            value = self._convert_texts(value)
        if self.about.parse:
            value = self.about.parse(value)
        try:
            return msgspec.convert(value, self.type, strict=not isinstance(value, str))
        except msgspec.ValidationError as error:
            raise ValueError(f"{error}, from {value!r}; {self.about.help}") from error

    def _convert_texts(self, value: object) -> tuple[str, ...]:
        try:
            return msgspec.convert([value] if isinstance(value, str) else value, tuple[str, ...])
        except msgspec.ValidationError as error:
            raise ValueError(f"expected text or a list of texts, got {type(value).__name__}; {self.about.help}") from error


def list_options(struct: type[msgspec.Struct]) -> tuple[Option, ...]:
    """List the settings of a struct, each of whose fields has a default and an `About`."""
    return tuple(
        Option(
            name=field.encode_name,
            field=field.name,
            type=field.type,
            default=field.default,
            about=next(one for one in field.type.__metadata__ if isinstance(one, About)),
        )
        for field in msgspec.structs.fields(struct)
    )
