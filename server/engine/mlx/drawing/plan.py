"""How a batch is drawn: its rows by the way they are drawn, in chunks. It lasts until a row comes or goes."""

from collections.abc import Sequence

import mlx.core as mx

from server.engine.mlx.drawing.drawable import Drawable
from server.engine.mlx.drawing.places import Places, rows_at_once, split
from server.engine.mlx.drawing.processor import JointProcessor, Seat
from server.engine.mlx.drawing.row import DrawingRow
from server.engine.mlx.drawing.ways import Found, Kind, kind_of, make_way


class Chunk:
    """Rows that are drawn in one go."""

    def __init__(self, kind: Kind, places: Sequence[int], rows: Sequence[DrawingRow]) -> None:
        self._places = Places(places, len(rows))
        self._rows = [rows[place] for place in places]
        self._way = make_way(kind, [row.sampling for row in self._rows])
        self._processors = _join(self._rows)

    def draw(self, logits: mx.array, last_tokens: mx.array | None, drawable: Drawable) -> Found:
        """Draw for these rows (P,) of the batch's logits (B, V)."""
        logits = self._places.take(logits)
        last_tokens = last_tokens if last_tokens is None else self._places.take(last_tokens)
        for processor in self._processors:
            logits = processor.apply(logits, last_tokens)
        return self._way.draw(drawable.cut(logits), self._rows)


class Plan:
    """The chunks of one composition of the batch."""

    def __init__(self, rows: Sequence[DrawingRow], drawable: Drawable) -> None:
        self.rows = tuple(rows)
        self._drawable = drawable
        self._chunks: list[Chunk] = []
        order: list[int] = []
        for (kind, is_processed), places in _group(rows, drawable.num_ids).items():
            is_heavy = is_processed or kind[0] in ("all", "nucleus")
            size = rows_at_once(drawable.num_ids) if is_heavy else len(places)
            self._chunks += [Chunk(kind, some, rows) for some in split(places, size)]
            order += places
        self._unordered = None if order == sorted(order) else mx.array(sorted(range(len(order)), key=order.__getitem__))

    def is_of(self, rows: Sequence[DrawingRow]) -> bool:
        """Say whether it was made for these very rows."""
        return len(rows) == len(self.rows) and all(one is other for one, other in zip(rows, self.rows, strict=True))

    def draw(self, logits: mx.array, last_tokens: mx.array | None) -> Found:
        """Draw for all rows (B,) of logits (B, V)."""
        found = [chunk.draw(logits, last_tokens, self._drawable) for chunk in self._chunks]
        return self._in_order([ids for ids, _ in found]), self._in_order([best for _, best in found])

    def _in_order(self, parts: list[mx.array]) -> mx.array:
        whole = parts[0] if len(parts) == 1 else mx.concatenate(parts)
        return whole if self._unordered is None else whole[self._unordered]


def _group(rows: Sequence[DrawingRow], num_ids: int) -> dict[tuple[Kind, bool], list[int]]:
    groups: dict[tuple[Kind, bool], list[int]] = {}
    for place, row in enumerate(rows):
        groups.setdefault((kind_of(row.sampling, num_ids), bool(row.processors)), []).append(place)
    return groups


def _join(rows: Sequence[DrawingRow]) -> list[JointProcessor]:
    """Join what the rows have, class by class, in the order of the stages."""
    seats: dict[type, list[Seat]] = {}
    for place, row in enumerate(rows):
        for processor in row.processors:
            seats.setdefault(type(processor), []).append(Seat(place, row, processor))
    in_order = sorted(seats.values(), key=lambda some: some[0].processor.stage)
    return [some[0].processor.join(some) for some in in_order]
