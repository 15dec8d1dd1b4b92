"""Tell the low-rank layers, for one forward pass, where in the bank each token's adapter lies, and at what scale it is wanted.

A pass is packed: the tokens of all its rows stand one behind the other, a `Span` a row, and so without padding.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import NamedTuple, Protocol

import mlx.core as mx

BASE_SLOT = 0


class RoutedRow(Protocol):
    """What routing needs to know of a row of the batch."""

    @property
    def slot(self) -> int:
        """The bank's slot whose adapter this row uses; 0 is the base."""
        ...

    @property
    def adapter_scale(self) -> float:
        """What the adapter's update is multiplied with for this row; 1 is as trained."""
        ...


class Span(NamedTuple):
    """The tokens of one row in a pass."""

    row: RoutedRow
    num_tokens: int


class Stretch(NamedTuple):
    """Neighbouring tokens of a pass that are updated in one go: all at one place of the bank, or each at its own.

    `rows` and `places` are spelt out in the type that gather_mm wants: it would make or cast them anew in every layer, at every step.
    """

    start: int
    stop: int
    place: int | None  # None where they differ
    rows: mx.array | None = None  # (N,) uint32: 0 to N - 1
    places: mx.array | None = None  # (N,) uint32
    scale: mx.array | float = 1.0  # (N, 1) where they differ


class Arrangement:
    """Where each slot in use lies in a layer's bank. A row keeps its slot for life, while a bank closes its gaps.

    Layers that are arranged alike share one, and with it the stretches that the pass under way falls into: they are found anew only
    when the composition of the batch changes, which is seldom beside the steps.
    """

    def __init__(self, places: Mapping[int, int]) -> None:
        self.places = places
        self._spans: Sequence[Span] = ()
        self._stretches: tuple[Stretch, ...] = ()

    def split(self, spans: Sequence[Span]) -> tuple[Stretch, ...]:
        """Give the stretches of a pass; none where every token is the base's."""
        if spans is not self._spans:
            self._spans = spans
            self._stretches = tuple(self._find(spans))
        return self._stretches

    def _find(self, spans: Sequence[Span]) -> list[Stretch]:
        wanted = [self._route(span.row) for span in spans]
        if not any(place for place, _ in wanted):
            return []
        stretches: list[Stretch] = []
        start = 0
        # Single tokens of different adapters share a gather; a prompt's are worth a product of their own.
        for (is_single, alone), group in groupby(enumerate(spans), key=lambda one: _key(one[1], wanted[one[0]])):
            members = list(group)
            routes = [wanted[index] for index, _ in members]
            stop = start + sum(span.num_tokens for _, span in members)
            is_uniform = alone is not None or len(set(routes)) == 1
            stretches.append(Stretch(start, stop, routes[0][0], scale=routes[0][1]) if is_uniform else _gather(start, stop, routes))
            assert is_uniform or is_single
            start = stop
        return stretches

    def _route(self, row: RoutedRow) -> tuple[int, float]:
        place = self.places[row.slot] if row.adapter_scale != 0 else BASE_SLOT
        return (place, row.adapter_scale) if place else (BASE_SLOT, 1.0)


class Routing:
    """The spans of the forward pass under way; another tuple for another composition, the same one for the same."""

    def __init__(self) -> None:
        self.spans: tuple[Span, ...] = ()


def _key(span: Span, route: tuple[int, float]) -> tuple[bool, tuple[int, float] | None]:
    return (True, None) if span.num_tokens == 1 else (False, route)


def _gather(start: int, stop: int, routes: Sequence[tuple[int, float]]) -> Stretch:
    scales = [scale for _, scale in routes]
    return Stretch(
        start,
        stop,
        place=None,
        rows=mx.arange(len(routes), dtype=mx.uint32),
        places=mx.array([place for place, _ in routes], mx.uint32),
        scale=1.0 if all(scale == 1 for scale in scales) else mx.array(scales)[:, None],
    )
