"""JSON in a reply."""

import json
import re
from typing import Any

import msgspec

from clients.probes.checks.fault import CheckedReply, Fault

FENCED = re.compile(r"```(?:json)?[^\S\n]*\n(.*?)```", re.DOTALL | re.IGNORECASE)


class JsonValue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="json"):
    """The reply is JSON, bare or in one code fence: an object that has these values, or an array of so many elements."""

    has: dict[str, Any] | None = None
    num_elements: int | None = None

    def __post_init__(self) -> None:
        if (self.has is None) == (self.num_elements is None):
            raise ValueError("json: expected either `has` (keys with their values) or `num_elements`")

    def find_fault(self, reply: CheckedReply) -> Fault | None:
        """Decode the JSON and look for what it must hold."""
        fences = FENCED.findall(reply.text)
        try:
            value = json.loads(fences[0] if fences else reply.text)
        except (ValueError, RecursionError) as exc:  # ValueError: also for numbers of thousands of digits
            return Fault(why=f"is not JSON: {exc}", is_final=False)
        return self._weigh_array(value) if self.has is None else self._weigh_object(value, self.has)

    def _weigh_array(self, value: Any) -> Fault | None:
        if isinstance(value, list) and len(value) == self.num_elements:
            return None
        got = f"one of {len(value)}" if isinstance(value, list) else f"a JSON {_kind(value)}"
        return Fault(why=f"expected an array of {self.num_elements} elements, got {got}", is_final=True)

    def _weigh_object(self, value: Any, has: dict[str, Any]) -> Fault | None:
        if not isinstance(value, dict):
            return Fault(why=f"expected a JSON object, got a JSON {_kind(value)}", is_final=True)
        wrong = [key for key, wanted in has.items() if key not in value or _folded(value[key]) != _folded(wanted)]
        if not wrong:
            return None
        told = ", ".join(f"{key}: expected {has[key]!r}, got {value.get(key)!r}" for key in wrong)
        return Fault(why=told, is_final=True)


def _folded(value: Any) -> Any:
    """Fold the case of strings, and tell true from 1."""
    if isinstance(value, str):
        return value.strip().casefold()
    return (isinstance(value, bool), value)


def _kind(value: Any) -> str:
    return "array" if isinstance(value, list) else "object" if isinstance(value, dict) else type(value).__name__
