"""One answer in the making, as the engine's thread sees it."""

from server.engine.mlx.penalties import Penalties
from server.engine.mlx.text import AnswerText
from server.engine.protocol import Sampling


class Row:
    """A row of the batch: a prompt, how to draw from it, and what came of it so far. Touched by the engine's thread only."""

    def __init__(
        self,
        *,
        id: str,
        prompt_ids: list[int],
        max_tokens: int,
        sampling: Sampling,
        seed: int,
        slot: int,
        adapter_scale: float,
        text: AnswerText,
        arrived_s: float,
    ) -> None:
        self.id = id
        self.prompt_ids = prompt_ids
        self.max_tokens = max_tokens
        self.sampling = sampling
        self.seed = seed  # the request's, or a random one
        self.slot = slot
        self.adapter_scale = adapter_scale
        self.text = text
        self.arrived_s = arrived_s  # time.monotonic()
        self.queue_time_s = 0.0
        self.token_ids: list[int] = []  # drawn and delivered, the end of turn included
        self.num_drawn = 0  # drawn, one or two ahead of those delivered
        self.penalties: Penalties | None = None  # made when the row joins a batch
        self.uid = -1  # BatchGenerator's, while it is in there

    @property
    def context_ids(self) -> list[int]:
        """The tokens that the next one is drawn after."""
        return self.prompt_ids + self.token_ids

    @property
    def num_left(self) -> int:
        """How many tokens may still come."""
        return self.max_tokens - len(self.token_ids)
