"""Tell the low-rank layers, for one forward pass, where in the bank each token's adapters lie, and at what scales they are wanted.

A pass is packed: the tokens of all its rows stand one behind the other, a `Span` a row, and so without padding.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import accumulate, chain, groupby, pairwise
from typing import NamedTuple, Protocol

import mlx.core as mx
import numpy as np

BASE_SLOT = 0
FEWEST_APART = 4  # neighbouring single tokens of the base that are left out of a product with those of adapters
LARGEST_SHARED = 8192  # tokens times columns of a product that rows of several adapters share: below, cutting it costs more (docs/log.md)

Route = tuple[int, float]  # a slot of the bank, and what its adapter's update is multiplied with; 1 is as trained


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


class Product(NamedTuple):
    """What tokens are multiplied with: neighbouring columns of a bank, which may be those of several adapters."""

    columns: range
    is_own: mx.array | None  # (N, columns): which of them are each token's own; None where all are
    scales: mx.array | float | None  # (N, columns); None as trained
    num_parts: int = 1  # into which tokens and columns fall alike, each part of the tokens with its own of the columns

    def choose(self, low: mx.array) -> mx.array:
        """Give what comes of a token's own columns (N, columns), at its scale, and zero for the others'."""
        if self.scales is not None:
            low = (low * self.scales).astype(low.dtype)
        # Not a product with zeros: what another's adapter makes of a token may be infinite.
        return low if self.is_own is None else mx.where(self.is_own, low, mx.zeros((), low.dtype))


class Stretch(NamedTuple):
    """Neighbouring tokens of a pass that are updated in one go."""

    start: int
    stop: int
    products: tuple[Product, ...]  # none: the base
    places: mx.array | None  # (N,): where each token's gains are; None where DoRA is not among them


class Arrangement:
    """Where each slot in use lies in a layer's bank. A row keeps its slot for life, while a bank closes its gaps.

    Layers that are arranged alike share one, and with it the stretches that the pass under way falls into: they are found anew only
    when the composition of the batch changes, which is seldom beside the steps.
    """

    def __init__(self, ranks: Mapping[int, int], *, with_gains: Set[int] = frozenset()) -> None:
        """Arrange slots of these ranks in this order; `with_gains` are those of DoRA's adapters."""
        stops = accumulate(ranks.values())
        self.columns = {slot: range(stop - rank, stop) for (slot, rank), stop in zip(ranks.items(), stops, strict=True)}
        self.places = {BASE_SLOT: 0} | {slot: place for place, slot in enumerate(ranks, start=1)}  # of gains
        self.with_gains = with_gains
        self._spans: Sequence[Span] = ()
        self._stretches: tuple[Stretch, ...] = ()

    @property
    def num_columns(self) -> int:
        """Count the columns of the bank."""
        return sum(len(columns) for columns in self.columns.values())

    def split(self, spans: Sequence[Span]) -> tuple[Stretch, ...]:
        """Give the stretches of a pass; none where nothing is added to any token."""
        if spans is not self._spans:
            self._spans = spans
            self._stretches = tuple(self._find(spans))
        return self._stretches

    def _find(self, spans: Sequence[Span]) -> list[Stretch]:
        wanted = [tuple(route for route in span.row.routes if self.columns[route[0]]) for span in spans]
        if not any(wanted):
            return []
        stretches: list[Stretch] = []
        start = 0
        for is_shared, group in groupby(_find_runs(spans, wanted), key=lambda run: run.is_single and not run.stands_apart):
            runs = list(group)
            for part in self._divide(runs) if is_shared else ([run] for run in runs):
                stretches.append(self._join(start, part))
                start = stretches[-1].stop
        return stretches

    def _divide(self, runs: list["_Run"]) -> Iterator[list["_Run"]]:
        """Part runs that would be too large a product, in which most is others' columns."""
        num_tokens = sum(run.num_tokens for run in runs)
        if len(runs) == 1 or num_tokens * len(self._window(runs)) <= LARGEST_SHARED:
            yield runs
        else:
            middle = len(runs) // 2
            yield from self._divide(runs[:middle])
            yield from self._divide(runs[middle:])

    def _window(self, runs: Sequence["_Run"]) -> range:
        """Give the columns from the first to the last that any of these needs."""
        used = [self.columns[slot] for run in runs for slot, _ in run.routes]
        return range(min(one.start for one in used), max(one.stop for one in used)) if used else range(0)

    def _join(self, start: int, runs: Sequence["_Run"]) -> Stretch:
        """Join runs: tokens that want the same take a product for each of their adapters, others one for all of them."""
        stop = start + sum(run.num_tokens for run in runs)
        if len(runs) == 1:
            routes = runs[0].routes
            products = [Product(self.columns[slot], None, None if scale == 1 else scale) for slot, scale in routes]
        else:
            products = [self._pair_off(runs) or self._share(runs)]
        slots = [slot for run in runs for slot, _ in run.routes]
        if self.with_gains.isdisjoint(slots):
            return Stretch(start, stop, tuple(products), None)
        places = chain.from_iterable([self._find_place(run.routes)] * run.num_tokens for run in runs)
        return Stretch(start, stop, tuple(products), mx.array(list(places), mx.uint32))

    def _pair_off(self, runs: Sequence["_Run"]) -> Product | None:
        """Give a product in parts, where adapters of one rank that are neighbours in the bank have as many tokens each."""
        if any(len(run.routes) != 1 or run.routes[0][1] != 1 or run.num_tokens != runs[0].num_tokens for run in runs):
            return None
        own = [self.columns[run.routes[0][0]] for run in runs]
        are_neighbours = all(left.stop == right.start and len(left) == len(right) for left, right in pairwise(own))
        return Product(range(own[0].start, own[-1].stop), None, None, num_parts=len(runs)) if are_neighbours else None

    def _share(self, runs: Sequence["_Run"]) -> Product:
        window = self._window(runs)
        scales = np.zeros((len(runs), len(window)), np.float32)
        is_own = np.zeros(scales.shape, np.bool_)
        for number, run in enumerate(runs):
            for slot, scale in run.routes:
                own = slice(self.columns[slot].start - window.start, self.columns[slot].stop - window.start)
                scales[number, own], is_own[number, own] = scale, True
        sizes = [run.num_tokens for run in runs]
        has_scales = bool((scales[is_own] != 1).any())
        return Product(window, mx.array(is_own.repeat(sizes, axis=0)), mx.array(scales.repeat(sizes, axis=0)) if has_scales else None)

    def _find_place(self, routes: Sequence[Route]) -> int:
        """Give the place of a token's gains: DoRA's adapters answer alone."""
        slot = routes[0][0] if len(routes) == 1 else BASE_SLOT
        return self.places[slot] if slot in self.with_gains else 0


class Routing:
    """The spans of the forward pass under way; another tuple for another composition, the same one for the same."""

    def __init__(self) -> None:
        self.spans: tuple[Span, ...] = ()


class _Run(NamedTuple):
    """Neighbouring tokens that want the same: single ones of several rows, or a prompt's."""

    routes: tuple[Route, ...]
    num_tokens: int
    is_single: bool

    @property
    def stands_apart(self) -> bool:
        """Say whether to leave it out of a shared product: where so many need no update, that is less work than putting parts together."""
        return not self.routes and self.num_tokens >= FEWEST_APART


def _find_runs(spans: Sequence[Span], wanted: Sequence[tuple[Route, ...]]) -> Iterator[_Run]:
    """Join single tokens of the same routes; a prompt's are worth products of their own, with other prompts' beside them."""
    for (routes, is_single), group in groupby(zip(wanted, spans, strict=True), key=lambda one: (one[0], one[1].num_tokens == 1)):
        yield _Run(routes, sum(span.num_tokens for _, span in group), is_single)
