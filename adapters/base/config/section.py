"""One object of a config.json, read key by key: what nobody asked for is left over, and every fault is noted."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

LARGEST = 1 << 31  # of a size: anything that exists is far below
LONGEST_VALUE = 80  # characters of one in a message


class Section:
    """Gives values that were checked, or a default where one is missing or wrong; `faults` says what is wrong."""

    def __init__(self, values: Mapping[str, Any], faults: list[str], *, where: str = "") -> None:
        self._values = values
        self._faults = faults
        self._where = where  # in front of the names in messages
        self._read: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def take(self, name: str, default: object = None) -> Any:
        """Give a value as it stands."""
        self._read.add(name)
        return self._values.get(name, default)

    def take_count(self, name: str, default: Any, *, most: int = LARGEST) -> int:
        """Give a whole number of at least 1."""
        value = self.take(name, default)
        if type(value) is int and 1 <= value <= most:
            return value
        self.fault(name, f"a whole number from 1 to {most}")
        return 1

    def take_number(self, name: str, default: Any) -> float:
        """Give a finite number above 0."""
        value = self.take(name, default)
        if type(value) in (int, float) and 0 < value <= LARGEST**2 and math.isfinite(value):
            return float(value)
        self.fault(name, "a number above 0")
        return 1.0

    def take_flag(self, name: str, default: bool) -> bool:
        """Give true or false."""
        value = self.take(name, default)
        if isinstance(value, bool):
            return value
        self.fault(name, "true or false")
        return default

    def open(self, name: str) -> "Section":
        """Give an object inside; an empty one where there is none."""
        value = self.take(name)
        if value is None:
            value = {}
        elif not isinstance(value, dict):
            self.fault(name, "an object")
            value = {}
        return Section(value, self._faults, where=f"{self._where}{name}.")

    def fault(self, name: str, expected: str) -> None:
        """Note that a value is not what was expected."""
        self._faults.append(f"{self.say(name)}; expected {expected}")

    def say(self, name: str) -> str:
        """Tell what a key says."""
        value = repr(self._values.get(name))
        return f"{self._where}{name} is {value if len(value) <= LONGEST_VALUE else f'{value[:LONGEST_VALUE]}…'}"

    def left_over(self) -> Iterator[tuple[str, Any]]:
        """Give what nobody has asked for."""
        return ((name, value) for name, value in self._values.items() if name not in self._read)
