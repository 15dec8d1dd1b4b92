"""Texts of others, which the detectors and the other rules judge side by side."""

from collections.abc import Iterable

import msgspec

from bench.detectors.corpora.example import Example
from bench.detectors.distances import NAMES_OF_LOOPS
from bench.detectors.observation import Observation, observe
from bench.detectors.other_rules import OtherRules
from bench.detectors.share import Share, share

NO_FAULT = frozenset({"truncated"})  # true of every answer that reaches its limit


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of one text, by the detectors and by the other rules in their order."""

    seen: Observation
    others: tuple[bool, ...]

    @property
    def has_loop_flag(self) -> bool:
        """Whether the detectors call it a loop, hard or soft."""
        return not NAMES_OF_LOOPS.isdisjoint(self.seen.named)

    @property
    def has_any_flag(self) -> bool:
        """Whether the detectors say anything of it, but that it was cut off."""
        return bool(self.seen.named - NO_FAULT)


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """All texts of a corpus, judged."""

    rules: tuple[str, ...]  # names of the other ones
    texts: tuple[Compared, ...]

    def of_kind(self, *kinds: str) -> "Comparison":
        """Pick the texts of some kinds."""
        return Comparison(rules=self.rules, texts=tuple(text for text in self.texts if text.seen.example.kind in kinds))

    @property
    def kinds(self) -> tuple[str, ...]:
        """Name the kinds in the order they come."""
        return tuple(dict.fromkeys(text.seen.example.kind for text in self.texts))

    @property
    def hard(self) -> Share:
        """Count the texts with a hard flag."""
        return share([bool(text.seen.hard) for text in self.texts])

    @property
    def loops(self) -> Share:
        """Count the texts with a loop flag, hard or soft."""
        return share([text.has_loop_flag for text in self.texts])

    @property
    def flagged(self) -> Share:
        """Count the texts with any flag."""
        return share([text.has_any_flag for text in self.texts])

    @property
    def others(self) -> tuple[Share, ...]:
        """Count, rule by rule, the texts that the other rules call loops."""
        return tuple(share([text.others[at] for text in self.texts]) for at in range(len(self.rules)))


def compare(examples: Iterable[Example], others: OtherRules) -> Comparison:
    """Show texts to the detectors and to the other rules."""
    texts = tuple(Compared(seen=observe(example), others=others.judge(example.text)) for example in examples)
    return Comparison(rules=others.names, texts=texts)
