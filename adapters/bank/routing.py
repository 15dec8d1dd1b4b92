"""Tell the low-rank layers, for one forward pass, where in the bank each token's adapter lies, and at what scale it is wanted.

A pass is packed: the tokens of all its rows stand one behind the other, a `Span` a row, and so without padding.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import groupby
from math import gcd
from typing import NamedTuple, Protocol

import mlx.core as mx

BASE_SLOT = 0
FEWEST_APART = 4  # neighbouring single tokens of the base that are left out of a gather

Route = tuple[int, float]  # a slot of the bank, and what its adapter's update is multiplied with; 1 is as trained
PlacedRoute = tuple[int, float]  # the same, with the place in a layer's bank


class RoutedRow(Protocol):
    """What routing needs to know of a row of the batch."""

    @property
    def routes(self) -> Sequence[Route]:
        """The adapters that are added to the base for this row, in this order."""
        ...


class Span(NamedTuple):
    """The tokens of one row in a pass."""

    row: RoutedRow
    num_tokens: int


class Stretch(NamedTuple):
    """Neighbouring tokens of a pass that are updated in one go, `group_size` in a row by the same place of the bank.

    Places that follow one another are a range, and their part of the bank is multiplied as it lies. Others are gathered: `groups` and
    `places` are spelt out in the type that gather_mm wants, which would make or cast them anew in every layer, at every step.
    """

    start: int
    stop: int
    places: range | mx.array  # (G,) uint32
    group_size: int
    groups: mx.array | None  # (G,) uint32: 0 to G - 1
    scales: mx.array | float | None  # (G, group_size, 1) where they differ; None as trained
    has_update: bool  # whether there is anything but the base
    has_gain: bool = False  # whether DoRA is among it

    def scaled(self, low: mx.array) -> mx.array:
        """Scale (G, group_size, rank)."""
        return low if self.scales is None else (low * self.scales).astype(low.dtype)


class Arrangement:
    """Where each slot in use lies in a layer's bank. A row keeps its slot for life, while a bank closes its gaps.

    Layers that are arranged alike share one, and with it the stretches that the pass under way falls into: they are found anew only
    when the composition of the batch changes, which is seldom beside the steps.
    """

    def __init__(self, places: Mapping[int, int], *, with_gains: Set[int] = frozenset()) -> None:
        self.places = places
        self.with_gains = with_gains  # places of DoRA's adapters
        self._spans: Sequence[Span] = ()
        self._rounds: tuple[tuple[Stretch, ...], ...] = ()

    def split(self, spans: Sequence[Span]) -> tuple[tuple[Stretch, ...], ...]:
        """Give the stretches of a pass, for the rows' first adapters, then for their second ones and so on; none where nothing is added."""
        if spans is not self._spans:
            self._spans = spans
            rounds = (self._find(spans, number) for number in range(max((len(span.row.routes) for span in spans), default=0)))
            self._rounds = tuple(tuple(stretches) for stretches in rounds if stretches)
        return self._rounds

    def _find(self, spans: Sequence[Span], number: int) -> list[Stretch]:
        wanted = [self._place(span.row.routes, number) for span in spans]
        if not any(place for place, _ in wanted):
            return []
        stretches: list[Stretch] = []
        start = 0
        for is_shared, group in groupby(_find_runs(spans, wanted), key=lambda run: run.is_single and not run.stands_apart):
            runs = list(group)
            for part in [runs] if is_shared else [[run] for run in runs]:
                stretches.append(_join(start, part, self.with_gains))
                start = stretches[-1].stop
        return stretches

    def _place(self, routes: Sequence[Route], number: int) -> PlacedRoute:
        slot, scale = routes[number] if number < len(routes) else (BASE_SLOT, 1.0)
        place = self.places[slot]
        return (place, scale) if place else (BASE_SLOT, 1.0)


class Routing:
    """The spans of the forward pass under way; another tuple for another composition, the same one for the same."""

    def __init__(self) -> None:
        self.spans: tuple[Span, ...] = ()


class _Run(NamedTuple):
    """Neighbouring tokens of one place and scale: single ones of several rows, or a prompt's."""

    route: PlacedRoute
    num_tokens: int
    is_single: bool

    @property
    def stands_apart(self) -> bool:
        """Say whether to leave it out of a gather: where so many need no update, that is less work than putting the parts together."""
        return self.route[0] == BASE_SLOT and self.num_tokens >= FEWEST_APART


def _find_runs(spans: Sequence[Span], wanted: Sequence[PlacedRoute]) -> Iterator[_Run]:
    """Single tokens of one route are one run; a prompt's are worth products of their own, with the prompts beside them that share it."""
    for (route, is_single), group in groupby(zip(wanted, spans, strict=True), key=lambda one: (one[0], one[1].num_tokens == 1)):
        yield _Run(route, sum(span.num_tokens for _, span in group), is_single)


def _join(start: int, runs: Sequence[_Run], with_gains: Set[int]) -> Stretch:
    """Join runs by as many tokens at once as divides each: a product of two or four rows takes no longer than one of one row."""
    size = gcd(*(run.num_tokens for run in runs))
    places = [run.route[0] for run in runs for _ in range(run.num_tokens // size)]
    scales = [run.route[1] for run in runs for _ in range(run.num_tokens)]
    in_a_row = range(places[0], places[0] + len(places))
    is_in_a_row = places == list(in_a_row)
    return Stretch(
        start,
        start + len(scales),
        places=in_a_row if is_in_a_row else mx.array(places, mx.uint32),
        group_size=size,
        groups=None if is_in_a_row else mx.arange(len(places), dtype=mx.uint32),
        scales=_find_scales(scales, size),
        has_update=any(places),
        has_gain=not with_gains.isdisjoint(places),
    )


def _find_scales(scales: list[float], size: int) -> mx.array | float | None:
    if len(set(scales)) > 1:
        return mx.array(scales).reshape(-1, size, 1)
    return None if scales[0] == 1 else scales[0]
