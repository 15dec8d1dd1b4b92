"""The one thread that owns MLX: loads the model, takes requests between two decoding steps, and sends back what came of them.

Everyone else talks to it by messages. Every broad `except` here is for one reason: this thread serves everybody, so what a row or a
call raises is handed to whoever asked for it, and only what belongs to nobody ends the thread.
"""

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import TypeVar

import mlx.core as mx

from server.engine.errors import EngineUnavailable, InvalidGeneration, LogitsNotFinite
from server.engine.mlx.batch import Batch, NotFinite, Token
from server.engine.mlx.faults import find_faults
from server.engine.mlx.messages import Call, Cancel, Deliver, Insert, Order, Started, Stop, StopRow
from server.engine.mlx.outbox import Outbox
from server.engine.mlx.row import Row
from server.engine.mlx.runtime import Runtime
from server.engine.protocol import EndToken, FinishReason, Piece, PromptRead

log = logging.getLogger(__name__)

Result = TypeVar("Result")


class Worker(threading.Thread):
    """Runs rows on the runtime that `start_runtime` makes on this thread."""

    def __init__(self, start_runtime: Callable[[], Runtime], *, batch_size: int, deliver: Deliver) -> None:
        super().__init__(name="mlx", daemon=True)
        self.orders: SimpleQueue[Order] = SimpleQueue()
        self._start_runtime = start_runtime
        self._batch_size = batch_size
        self._deliver = deliver
        self._outbox = Outbox(deliver)
        self._waiting: deque[Row] = deque()
        self._reserved: dict[Row, int] = {}  # bytes of keys and values, by the rows in the batch, at their longest
        self.reserved_bytes = 0  # their sum
        self._runtime: Runtime
        self._batch: Batch
        self._opened = threading.Event()
        self._failure: BaseException | None = None
        self._is_failing = False  # the last step failed and nothing has been drawn since
        self.has_died = False
        self._has_ended = False

    def open(self) -> Runtime:
        """Start the thread and wait for its runtime; raises what making it raised."""
        self.start()
        self._opened.wait()
        if self._failure:
            self.join()  # Python must not end before it has cleared its streams
            raise self._failure
        return self._runtime

    @property
    def num_reading(self) -> int:
        """Count the rows whose prompt is not read to its end; asked on any thread."""
        return self._batch.num_reading

    def call(self, function: Callable[[Runtime], Result]) -> Future[Result]:
        """Have `function` called on this thread between two steps, after everything that was ordered before."""
        future: Future[Result] = Future()
        self.orders.put(Call(function, future))  # type: ignore[arg-type]
        if self._has_ended:
            self._refuse_calls()
        return future

    def run(self) -> None:
        """Make the runtime, then serve until told to stop."""
        try:
            self._run()
        finally:
            self._has_ended = True
            self._refuse_calls()
            mx.synchronize()
            mx.clear_streams()  # left to Python's end, this thread's streams abort the process about every second time

    def _run(self) -> None:
        try:
            self._runtime = self._start_runtime()
            self._batch = self._runtime.make_batch()
        except BaseException as exc:  # handed to open(), on the caller's thread
            self._failure = exc
            return
        finally:
            self._opened.set()
        try:
            while self._take_orders():
                self._admit()
                self._step()
                self._outbox.send()
        except Exception as exc:
            log.exception("the engine's thread has died")
            self.has_died = True
            self._refuse_all(EngineUnavailable(f"the engine has died of {type(exc).__name__}: restart the server"))

    def _refuse_all(self, error: EngineUnavailable) -> None:
        """Nothing can run any more: tell every row that is there or still comes, so that nobody waits for nothing."""
        self._deliver([(row.id, error) for row in (*self._batch.rows(), *self._waiting)])
        while not isinstance(order := self.orders.get(), Stop):
            match order:
                case Insert(rows):
                    self._deliver([(row.id, error) for row in rows])
                case Call(_, future):
                    _refuse(future, error)

    def _refuse_calls(self) -> None:
        """Nobody is left to answer what has been ordered since the thread was told to stop; called on any thread."""
        with contextlib.suppress(Empty):
            while True:
                if isinstance(order := self.orders.get_nowait(), Call):
                    _refuse(order.future, EngineUnavailable("the server is shutting down"))

    def _take_orders(self) -> bool:
        """Take the orders that are there, up to a call; sleep only when there is nothing to run. False means stop."""
        try:
            while True:
                is_idle = not self._waiting and not len(self._batch) and not self._outbox
                if is_idle and self.orders.empty():
                    self._rest()
                match self.orders.get(block=is_idle):
                    case Insert(rows):
                        self._waiting += rows
                    case Cancel(row_id):
                        self._take_out(row_id)
                    case StopRow(row_id, reason, finish):
                        self._stop_row(row_id, reason, finish)
                    case Call(function, future):
                        self._answer(function, future)
                        if len(self._batch):  # they make a step, even if whoever asked has been quick to ask for more
                            return True
                    case Stop():
                        return False
        except Empty:
            return True

    def _rest(self) -> None:
        """Nothing runs and nobody asks: let the last pass end, and give back what MLX keeps for the next."""
        try:
            self._batch.rest()
        except Exception as exc:
            self._recover(exc)
        mx.clear_cache()

    def _answer(self, function: Callable[[Runtime], object], future: Future[object]) -> None:
        if not future.set_running_or_notify_cancel():  # whoever asked has gone; setting a result would raise
            return
        try:
            result = function(self._runtime)
        except Exception as exc:
            future.set_exception(exc)
        else:
            future.set_result(result)

    def _take_out(self, row_id: str) -> Row | None:
        """Remove a row from the batch or the queue; None if it has ended."""
        for row in self._batch.rows():
            if row.id == row_id:
                self._release(row)
                return row
        for row in self._waiting:
            if row.id == row_id:
                self._waiting.remove(row)
                return row
        return None

    def _stop_row(self, row_id: str, reason: str, finish: FinishReason) -> None:
        if row := self._take_out(row_id):
            try:
                self._outbox.finish(row, finish, shown="", stopped_by=reason)
            except Exception as exc:
                self._outbox.fail(row, exc)

    def _admit(self) -> None:
        """Let rows join in the order they came, as long as there is room for the next one at its longest."""
        while self._waiting and len(self._batch) < self._batch_size and self._has_room(self._waiting[0]):
            row = self._waiting.popleft()
            if self._insert(row):
                self._outbox.tell(row, Started())

    def _has_room(self, row: Row) -> bool:
        return self.reserved_bytes + self._reserve(row) <= self._runtime.budget.memory_bytes or not len(self._batch)

    def _reserve(self, row: Row) -> int:
        return self._runtime.kv_shape.reserved_bytes(row.most_tokens)

    def _insert(self, row: Row) -> bool:
        """Let a row join the batch; one that cannot fails alone."""
        try:
            self._batch.insert(row)
        except Exception as exc:
            self._outbox.fail(row, exc)
            return False
        self._reserved[row] = self._reserve(row)
        self._note_reserved()
        return True

    def _release(self, row: Row, *, keep: bool = False) -> None:
        """Take a row out of the batch, and its bytes back."""
        self._batch.remove(row, keep=keep)
        self._reserved.pop(row, None)
        self._note_reserved()

    def _note_reserved(self) -> None:
        self.reserved_bytes = sum(self._reserved.values())
        self._runtime.make_way(self.reserved_bytes)

    def _step(self) -> None:
        if not len(self._batch):
            return
        try:
            self._batch.step(self._take_all)
        except Exception as exc:
            self._recover(exc)

    def _take_all(self, drawn: Sequence[Token | NotFinite]) -> None:
        """Turn what a step has drawn into text and send it; what a row's own text raises fails that row."""
        for one in drawn:
            self._is_failing = False
            try:
                self._take(one)
            except Exception as exc:
                self._release(one.row)
                self._outbox.fail(one.row, exc)
        self._outbox.send()

    def _take(self, drawn: Token | NotFinite) -> None:
        """Turn a token into text, and end the row where it ends."""
        row = drawn.row
        if isinstance(drawn, NotFinite):
            if row.mask and row.mask.fault:
                message = f"{row.mask.param}: after {len(row.token_ids)} tokens the grammar lets nothing come next: {row.mask.fault}"
                raise InvalidGeneration(message, param=row.mask.param)
            raise LogitsNotFinite(len(row.token_ids))
        if row.first_token_s is None:
            self._note_first(row)
        if not row.max_tokens:  # it was for the prompt only
            self._release(row)
            self._outbox.finish(row, "length", shown="")
            return
        row.token_ids.append(drawn.token_id)
        if drawn.end == "stop" and not row.shows_stop:
            self._release(row, keep=True)
            self._outbox.finish(row, "stop", shown="", end=EndToken(token_id=drawn.token_id, logprobs=drawn.logprobs))
            return
        shown = row.text.add(drawn.token_id)
        piece = Piece(text=shown, token_ids=(drawn.token_id,), logprobs=(drawn.logprobs,) if drawn.logprobs else ())
        if row.text.is_stopped or drawn.end:
            self._release(row, keep=True)
            reason: FinishReason = "stop" if row.text.is_stopped else drawn.end or "stop"
            self._outbox.finish(row, reason, shown=shown, last=piece)
        else:
            self._outbox.tell(row, piece)

    def _note_first(self, row: Row) -> None:
        """A row's first token is there, and so its prompt is read."""
        row.first_token_s = time.monotonic()
        if row.tells_prompt:
            logprobs = () if row.num_prompt_logprobs is None else tuple(row.prompt_logprobs)
            self._outbox.tell(row, PromptRead(token_ids=tuple(row.prompt_ids), num_cached_tokens=row.num_cached, logprobs=logprobs))

    def _recover(self, exc: Exception) -> None:
        """Find the row that makes a step fail and let the others go on where they stood, in a new batch.

        If none fails alone, they are tried together once more.
        """
        rows = self._batch.rows()
        self._reserved.clear()
        log.warning("a decoding step failed with %d rows running: looking for the one at fault", len(rows), exc_info=exc)
        at_fault = find_faults(rows, self._runtime)
        if self._is_failing and not at_fault:
            at_fault = dict.fromkeys(rows, exc)
        self._is_failing = True
        self._batch = self._runtime.make_batch()
        for row in rows:
            if row in at_fault:
                self._outbox.fail(row, at_fault[row])
            else:
                self._insert(row)
        self._note_reserved()


def _refuse(future: Future[object], error: EngineUnavailable) -> None:
    if future.set_running_or_notify_cancel():
        future.set_exception(error)
