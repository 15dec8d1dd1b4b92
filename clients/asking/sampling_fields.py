"""How tokens are chosen beside temperature and seed: every field is sent, so that no file of a model's and no flag of a server's chooses.

Not all are OpenAI's, and not every endpoint takes them all. One that refuses a field by name is asked again without it, provided the field
was to change nothing, and each record says which were left out.
"""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

TOP_K_OFF = -1  # as every server that knows the field has taken it for off, but mlx_lm.server, which takes 0
OTHER_TOP_K_OFF = 0


class SamplingFields(msgspec.Struct, frozen=True, kw_only=True):
    """What a request asks for; the defaults change nothing."""

    top_p: float = 1.0
    top_k: int = TOP_K_OFF
    min_p: float = 0.0
    repetition_penalty: float = 1.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0

    @property
    def active(self) -> dict[str, float]:
        """Give what changes something, by field."""
        off = msgspec.structs.asdict(SamplingFields())
        return {name: value for name, value in msgspec.structs.asdict(self).items() if value != off[name]}

    @property
    def words(self) -> str:
        """Write what changes something; nothing where nothing does."""
        return ", ".join(f"{name} {value:g}" for name, value in self.active.items())


class Dialect:
    """What one endpoint takes of the fields, learnt from its refusals."""

    def __init__(self) -> None:
        self._refused: set[str] = set()
        self._top_k_off = TOP_K_OFF

    def phrase(self, fields: SamplingFields) -> dict[str, Any]:
        """Write the fields of a request's body."""
        said: dict[str, Any] = {name: value for name, value in msgspec.structs.asdict(fields).items() if name not in self._left_out(fields)}
        if said.get("top_k") == TOP_K_OFF:
            said["top_k"] = self._top_k_off
        return said

    def unsent(self, fields: SamplingFields) -> tuple[str, ...]:
        """List the fields that are left out."""
        return tuple(name for name in fields.__struct_fields__ if name in self._left_out(fields))

    def learn(self, said: dict[str, Any], fields: SamplingFields, refusal: str) -> bool:
        """Take the words with which a body that held `said` was refused; False where asking otherwise cannot help."""
        for name in _named(refusal, said.keys() - fields.active.keys()):
            if name == "top_k" and said[name] == TOP_K_OFF:
                self._top_k_off = OTHER_TOP_K_OFF
            else:
                self._refused.add(name)
        return self.phrase(fields) != said  # also where another request has taught it meanwhile

    def _left_out(self, fields: SamplingFields) -> set[str]:
        return self._refused - fields.active.keys()


def _named(text: str, names: Iterable[str]) -> list[str]:
    """List the names that a text holds, but not as keys with their numbers: some endpoints send the body back with any fault."""
    return [name for name in names if re.search(rf"\b{name}\b(?!\\?[\"']\s*:\s*-?\d)", text)]
