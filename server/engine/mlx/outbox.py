"""What has come of the rows since the last time anybody was told."""

import logging
import time

import msgspec

from server.engine.errors import InvalidGeneration, RowFailed
from server.engine.mlx.messages import Deliver, News
from server.engine.mlx.row import Row
from server.engine.protocol import EndToken, Finish, FinishReason, Piece

log = logging.getLogger(__name__)


class Outbox:
    """Gathers news of rows, in order, and hands them over in one go: waking the event loop costs more than any of them."""

    def __init__(self, deliver: Deliver) -> None:
        self._deliver = deliver
        self._news: list[tuple[str, News]] = []

    def __len__(self) -> int:
        return len(self._news)

    def tell(self, row: Row, news: News) -> None:
        """Add one thing."""
        self._news.append((row.id, news))

    def finish(
        self,
        row: Row,
        reason: FinishReason,
        *,
        shown: str,
        last: Piece | None = None,
        end: EndToken | None = None,
        stopped_by: str | None = None,
    ) -> None:
        """Tell that a row has ended: what it still held back of its text behind `shown`, then why and with what."""
        shown += row.text.flush()
        if row.text.is_stopped:  # the last held characters may have completed a stop string
            reason = "stop"
        if last is not None or shown:
            self.tell(row, msgspec.structs.replace(last, text=shown) if last else Piece(text=shown, token_ids=()))
        began_s = row.began_s or time.monotonic()
        finish = Finish(
            reason=reason,
            num_prompt_tokens=len(row.prompt_ids),
            num_completion_tokens=len(row.token_ids),
            num_cached_tokens=row.num_cached,
            queue_time_s=began_s - row.arrived_s,
            prefill_time_s=row.first_token_s - began_s if row.first_token_s else 0.0,
            stopped_by=stopped_by,
            num_tokens_left=row.num_left,
            end=end,
        )
        self.tell(row, finish)

    def fail(self, row: Row, exc: Exception) -> None:
        """Tell that a row cannot go on; the whole of what it raised is for the log, but for what is the request's own fault."""
        if isinstance(exc, InvalidGeneration):
            self.tell(row, exc)
            return
        log.error("row %s failed", row.id, exc_info=exc)
        if not isinstance(exc, RowFailed):
            error = RowFailed(f"this request failed inside the engine: {type(exc).__name__}")
            error.__cause__ = exc
            exc = error
        self.tell(row, exc)

    def send(self) -> None:
        """Hand over what there is."""
        if self._news:
            self._deliver(self._news)
            self._news = []
