"""The running rows and their step: schedule, run, postprocess."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import groupby
from typing import Literal

import mlx.core as mx
import msgspec

from adapters.bank.routing import Route, Span
from server.engine.mlx.drawing.drawer import Drawer, Drawn
from server.engine.mlx.forward.decoding import DecodingPart
from server.engine.mlx.forward.gemma import GemmaForward
from server.engine.mlx.forward.packing import Part, Pass
from server.engine.mlx.kv.store import KVStore
from server.engine.mlx.lanes import share_lanes
from server.engine.mlx.launch import Lane, LateDrawing, Launch, Schedule
from server.engine.mlx.pacing import Pace
from server.engine.mlx.prefix.bundle import Bundle, list_arrays
from server.engine.mlx.prefix.cache import PrefixCache
from server.engine.mlx.prompt_logprobs import PromptLogprobs
from server.engine.mlx.reading import PromptReader
from server.engine.mlx.row import Row
from server.engine.protocol import TokenLogprobs

FREE_TO_COPY = 4 << 20  # bytes of keys and values: copying so little costs less than a pause between two passes


class Token(msgspec.Struct, frozen=True):
    """A row's new token; `end` says why it must be its last: an id that ends its answer, or the limit."""

    row: Row
    token_id: int
    end: Literal["stop", "length"] | None
    logprobs: TokenLogprobs | None = None


class NotFinite(msgspec.Struct, frozen=True):
    """A row whose logits are no numbers, or all forbidden: nothing can be drawn from them. It has left the batch."""

    row: Row


Take = Callable[[list[Token | NotFinite]], None]


class Batch:
    """Rows that run together. Every call must come from the thread that loaded the model.

    While one pass runs on the device, the next is built on the host and what was drawn before is turned into text. With `runs_ahead` the
    next is also started before the one under way has ended: no pause between them, but the keys and values are copied, since what still
    reads them holds them (findings/kv-cache-copied-while-read.sh). Where they are few that is done in any case.

    Rows whose next token depends on the last one's text, as a grammar's does, are no exception: the next pass runs while the host takes
    up what was drawn, and only its drawing is built and started after that.
    """

    def __init__(
        self,
        forward: GemmaForward,
        store: KVStore,
        prefixes: PrefixCache,
        drawer: Drawer,
        pace: Pace,
        *,
        runs_ahead: bool,
        has_lanes: bool,
        suit_threads: Callable[[int], None],  # told of a pass's tokens before it is started
    ) -> None:
        self._forward = forward
        self._store = store
        self._prefixes = prefixes
        self._reader = PromptReader(store, prefixes)
        self._drawer = drawer
        self._runs_ahead = runs_ahead
        self._has_lanes = has_lanes
        self._suit_threads = suit_threads
        self._pace = pace
        self._prompt_logprobs = PromptLogprobs(forward.logits, drawer, pace, suit_threads=suit_threads)
        self._rows: list[Row] = []  # in the order they came
        self._decoding: tuple[Row, ...] = ()  # of the last pass: the same tuple for the same rows
        self._spans: tuple[Span, ...] = ()
        self._copies: list[Bundle] = []  # to be evaluated before the next pass writes to what they are copied from
        self._computed: list[Bundle] = []  # to be settled when nobody waits for what was drawn
        self._launched: Launch | None = None
        self._ended_s = 0.0  # when the last pass was over

    def __len__(self) -> int:
        return len(self._rows)

    def rows(self) -> tuple[Row, ...]:
        """List the running rows, oldest first."""
        return tuple(self._rows)

    @property
    def num_reading(self) -> int:
        """Count the rows whose prompt is not read to its end."""
        return sum(row.is_reading for row in self._rows)

    def insert(self, row: Row) -> None:
        """Let a row join at the next step. A row that was taken out goes on where it stood."""
        row.forget()
        self._rows.append(row)

    def remove(self, row: Row, *, keep: bool = False) -> None:
        """Take a row out, wherever it stands; nothing happens if it has gone. With `keep` a conversation may go on from it."""
        if row not in self._rows:
            return
        self._rows.remove(row)
        if row.place is not None:
            if keep:
                self._copies += self._reader.keep_answer(row)
            self._store.free(row.place)
            row.place = None

    def step(self, take: Take) -> None:
        """Start the next pass, and have what the one before has drawn taken.

        That goes on beside the new pass, unless somebody waits for a first token: it would come a step later.
        """
        launch, outputs = self._build(self._schedule())
        before, self._launched = self._launched, launch
        is_urgent = before is not None and any(row.first_token_s is None for row in before.rows)
        has_to_find = self._prompt_logprobs.is_wanted(before)
        runs_ahead = not is_urgent and not has_to_find and (self._runs_ahead or self._store.num_bytes <= FREE_TO_COPY)
        if runs_ahead:
            self._start(launch, outputs)
        self._wait(before)
        if has_to_find and before is not None:
            self._prompt_logprobs.find(before)
            self._ended_s = time.perf_counter()
        if is_urgent:
            take(self._settle(before))
        if not runs_ahead:
            self._start(launch, outputs)
        if not is_urgent:
            take(self._settle(before))
        if launch is not None and launch.late is not None:
            self._draw_late(launch, launch.late)
        self._settle_prefixes()

    def rest(self) -> None:
        """Let the pass under way end, whose rows have all gone."""
        self._wait(self._launched)
        self._launched = None
        self._start(None, ())
        self._settle_prefixes()
        self._pace.rest()
        self._drawer.forget()  # it holds the rows of the last composition, as these do
        self._decoding, self._spans = (), ()

    def _schedule(self) -> Schedule:
        """Every row that has read its prompt decodes; what is left of the step's budget goes to prompts."""
        decoding = [row for row in self._rows if not row.is_reading and row.num_drawn < row.max_tokens]
        for row in decoding:
            row.check()
            assert row.place is not None
            if row.num_computed >= row.place.group.capacity:
                row.place = self._store.move(row.place, num_tokens=row.num_computed)
        reading = [row for row in self._rows if row.is_reading]
        find_budget = partial(self._pace.budget, num_decoding=len(decoding))
        pieces = self._reader.choose(reading, find_budget, logprobs_cost=self._pace.logprobs_cost) if reading else []
        in_order = tuple(sorted(decoding, key=_by_adapter))
        if in_order == self._decoding:
            in_order = self._decoding
        if not in_order and not pieces:
            return Schedule((), ())
        first, *others = share_lanes(pieces, num_decoding=len(in_order)) if self._has_lanes else (pieces,)
        return Schedule(in_order, (Lane(in_order, first), *(Lane((), other) for other in others)))

    def _build(self, schedule: Schedule) -> tuple[Launch | None, list[mx.array]]:
        """Build the graph of a pass, from the embedding of its tokens to the ids drawn; give it with all that is to be computed."""
        if not schedule.lanes:
            return None, []
        passes = [self._make_pass(lane) for lane in schedule.lanes]
        hidden = self._forward(passes)
        launch = self._draw(schedule, hidden, mx.concatenate([one.token_ids for one in passes]))
        launch.kept = self._note(schedule)
        caches = [array for group in self._store.groups for array in group.arrays()]
        return launch, [*launch.results(), *caches, *list_arrays(launch.kept)]

    def _make_pass(self, lane: Lane) -> Pass:
        decoding, pieces = lane
        parts = [*self._decoding_parts(decoding), *self._reader.make_parts(pieces, start=len(decoding))]
        fed = [self._last_tokens(decoding)] if decoding else []
        read = [token for piece in pieces for token in piece.token_ids]
        positions = [row.num_computed for row in decoding]
        for piece in pieces:
            positions += range(piece.begin, piece.begin + piece.num_tokens)
        return Pass(
            token_ids=mx.concatenate([*fed, mx.array(read, mx.uint32)]) if read else fed[0],
            positions=mx.array(positions),
            parts=parts,
            spans=self._find_spans(lane),
        )

    def _decoding_parts(self, decoding: Sequence[Row]) -> list[Part]:
        parts: list[Part] = []
        start = 0
        for _, members in groupby(decoding, key=lambda row: _by_adapter(row)[0]):
            rows = list(members)
            group = rows[0].place.group if rows[0].place else None
            assert group is not None
            places = [row.place.number for row in rows if row.place]
            parts.append(DecodingPart(group, places, [row.num_computed for row in rows], start=start))
            start += len(rows)
        return parts

    def _last_tokens(self, decoding: tuple[Row, ...]) -> mx.array:
        """Give what was drawn last for each row (B,), which may not be known on the host yet."""
        before = self._launched
        assert before is not None and before.drawn is not None, "rows that decode were in the pass before"
        if before.rows == decoding:
            return before.drawn.token_ids
        places = {row: place for place, row in enumerate(before.rows)}
        return before.drawn.token_ids[mx.array([places[row] for row in decoding])]

    def _find_spans(self, lane: Lane) -> tuple[Span, ...]:
        """Give the spans of a lane: the same tuple as long as the same rows decode and nobody reads."""
        decoding, pieces = lane
        if pieces or decoding is not self._decoding or not self._spans:
            self._spans = (*(Span(row, 1) for row in decoding), *(Span(piece.row, piece.num_tokens) for piece in pieces))
            self._decoding = () if pieces else decoding
        return self._spans

    def _draw(self, schedule: Schedule, hidden: mx.array, token_ids: mx.array) -> Launch:
        """Draw for every row whose prompt has been read to its end, be it by another row that has the same.

        It is put off where the host has to know the tokens before.
        """
        whole = hidden
        decoding, pieces = schedule.decoding, schedule.pieces
        places = list(range(len(decoding)))
        ended: list[Row] = []
        at = len(decoding)
        for piece in pieces:
            at += piece.num_tokens
            if piece.is_last:
                sharing = [piece.row, *self._reader.share(piece.row, self._rows)]
                places += [at - 1] * len(sharing)
                ended += sharing
        rows = (*decoding, *ended) if ended else decoding
        if not rows:
            return Launch(schedule, (), None, whole, ())
        if pieces:
            chosen = mx.array(places)
            hidden, token_ids = hidden[chosen], token_ids[chosen]
        logits = self._forward.logits(hidden)
        if any(processor.needs_host_tokens for row in rows for processor in row.processors):
            return Launch(schedule, rows, None, whole, (), LateDrawing(logits, token_ids))
        return Launch(schedule, rows, self._draw_now(logits, rows, token_ids), whole, ())

    def _draw_late(self, launch: Launch, late: LateDrawing) -> None:
        """Draw what was put off, beside the pass that it is drawn from."""
        launch.drawn, launch.late = self._draw_now(late.logits, launch.rows, late.last_tokens), None
        mx.async_eval(*launch.drawn.arrays())  # type: ignore[no-untyped-call]

    def _draw_now(self, logits: mx.array, rows: tuple[Row, ...], last_tokens: mx.array) -> Drawn:
        drawn = self._drawer.draw(logits, rows, last_tokens)
        for row in rows:
            row.num_drawn += 1
        return drawn

    def _note(self, schedule: Schedule) -> list[Bundle]:
        """Note what the pass that has been built does, and give the copies that it makes for the prefix cache."""
        for row in schedule.decoding:
            row.num_computed += 1
        return self._reader.note_read(schedule.pieces)

    def _start(self, launch: Launch | None, outputs: Sequence[mx.array]) -> None:
        """Hand a pass to the device."""
        if launch is not None:
            self._suit_threads(len(launch.hidden))
            launch.started_s = time.perf_counter()  # on a CPU most of the pass is over when the last line is
        copies, self._copies = self._copies, []
        mx.eval(list_arrays(copies))  # they are of what this pass has written to, and so most of it is run here, where there are any
        if launch is not None:
            mx.async_eval(*outputs)  # type: ignore[no-untyped-call]
        self._computed += copies

    def _wait(self, launch: Launch | None) -> None:
        """Wait until a pass is over, and learn how long it took."""
        if launch is None:
            return
        mx.eval(launch.results())
        now_s = time.perf_counter()
        num_read = sum(piece.num_tokens for piece in launch.schedule.pieces)
        spent_s = now_s - max(launch.started_s, self._ended_s)
        self._ended_s = now_s
        self._pace.note(spent_s=spent_s, num_decoded=len(launch.schedule.decoding), num_read=num_read)
        self._computed += launch.kept

    def _settle(self, launch: Launch | None) -> list[Token | NotFinite]:
        """Give what a pass has drawn for the rows that are still there."""
        if launch is None or launch.drawn is None:
            return []
        settled: list[Token | NotFinite] = []
        for row, drawn in zip(launch.rows, launch.drawn.read(), strict=True):
            if row.place is None:  # it has gone while this was under way
                continue
            if drawn is not None:
                settled.append(Token(row, drawn.token_id, self._find_end(row, drawn.token_id), drawn.logprobs))
            else:
                row.place.group.clear(row.place.number)
                self.remove(row)
                settled.append(NotFinite(row))
        return settled

    def _settle_prefixes(self) -> None:
        computed, self._computed = self._computed, []
        self._prefixes.settle(computed)

    def _find_end(self, row: Row, token_id: int) -> Literal["stop", "length"] | None:
        if token_id in row.end_ids:
            return "stop"
        return "length" if len(row.token_ids) + 1 >= row.max_tokens else None


def _by_adapter(row: Row) -> tuple[int, tuple[Route, ...], int]:
    """Order rows by what they share: a group of keys and values first, then their adapters, then their places in the group."""
    assert row.place is not None
    return row.place.group.capacity, row.routes, row.place.number
