"""`rank_pattern` and `alpha_pattern` of PEFT's configuration: settings by regular expressions of the modules' names."""

import re
from collections.abc import Mapping
from typing import Generic, TypeVar

from adapters.errors import UnsupportedAdapter
from adapters.files.expression import Expression
from adapters.files.expression_syntax import UnsupportedExpression
from adapters.files.module_names import COMPILED, endings, without_wrappers

MAX_EXPRESSIONS = 50  # beside plain names, of which an adapter by EVA has one for each of its modules
MAX_FOLLOWED = 2_000_000  # states, of all of them together

Setting = TypeVar("Setting", int, float)

# A key that matches the modules it names and no other, though a dot stands for any character in it: it is looked up, not matched.
_PLAIN_NAME = re.compile(
    r"(\^?(?:(?:model|language_model)\\?\.)*(?:(?:layers\\?\.)?[0-9]+\\?\.)?(?:(?:self_attn|mlp)\\?\.)?[a-z]+_proj)\$?"
)


class Pattern(Generic[Setting]):
    """As PEFT reads it (`get_pattern_key`): the first key that matches a module's name, or its end from a dot on, gives the setting."""

    def __init__(self, field: str, settings: Mapping[str, Setting] | None) -> None:
        """Raises UnsupportedAdapter for a key that cannot be matched."""
        self.overlaps: set[str] = set()  # the modules looked up to which several keys give different settings
        self._field = field
        self._by_name: dict[str, tuple[int, Setting]] = {}
        self._by_expression: list[tuple[int, Expression, Setting]] = []
        for order, (key, setting) in enumerate((settings or {}).items()):
            if name := _PLAIN_NAME.fullmatch(key):
                self._by_name.setdefault(name[1].replace("\\", ""), (order, setting))
            else:
                self._by_expression.append((order, self._compile(key), setting))
        if len(self._by_expression) > MAX_EXPRESSIONS:
            raise UnsupportedAdapter(f"{field} has {len(self._by_expression)} regular expressions, expected up to {MAX_EXPRESSIONS}")

    def look_up(self, written: str, default: Setting) -> Setting:
        """Give the setting of a module, by its name as the file writes it. Raises UnsupportedAdapter where that leaves two."""
        return self.look_up_all(written, default)[0]

    def look_up_all(self, written: str, default: Setting) -> list[Setting]:
        """Give the setting, and then those of the other keys that match. Raises as `look_up` does."""
        settings = self._find(without_wrappers(written)) or [default]
        setting = settings[0]
        if COMPILED in written.split(".") and (self._find(written) or [default])[0] != setting:  # compiled before, or afterwards
            raise UnsupportedAdapter(f"{self._field} has one setting for {written} with {COMPILED} in the name, and another without it")
        if len(set(settings)) > 1:
            self.overlaps.add(written)
        return settings

    def _find(self, name: str) -> list[Setting]:
        """Give the settings of all the keys that match, in their order."""
        matching = [self._by_name[key] for key in (*endings(name), "^" + name) if key in self._by_name]
        matching += [(order, setting) for order, expression, setting in self._by_expression if expression.matches(name)]
        if sum(expression.num_followed for _, expression, _ in self._by_expression) > MAX_FOLLOWED:
            raise UnsupportedAdapter(f"{self._field} has regular expressions that take more than {MAX_FOLLOWED} steps to match")
        return [setting for _, setting in sorted(matching)]

    def _compile(self, key: str) -> Expression:
        try:
            return Expression(rf"(.*\.)?({key})$")
        except UnsupportedExpression as exc:
            raise UnsupportedAdapter(
                f"{self._field} has the regular expression {key!r:.80}, which is not evaluated ({exc}): write out the modules' names"
            ) from exc
