"""One answer in the making, as the engine's thread sees it."""

from collections.abc import Sequence, Set

from adapters.bank.routing import Route
from server.engine.mlx.drawing.processor import LogitProcessor
from server.engine.mlx.drawing.wishes import NO_WISHES, Wishes
from server.engine.mlx.forward.prefilling import PromptWindows
from server.engine.mlx.grammar.compiler import CompiledGrammar
from server.engine.mlx.kv.store import Place
from server.engine.mlx.prefix.cache import BASE, Weights
from server.engine.mlx.text import AnswerText
from server.engine.protocol import Sampling, TokenLogprobs


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
        routes: tuple[Route, ...] = (),
        text: AnswerText,
        arrived_s: float,
        weights: Weights = BASE,
        boundaries: Sequence[int] = (),
        num_top_logprobs: int | None = None,
        num_prompt_logprobs: int | None = None,
        tells_prompt: bool = False,
        end_ids: Set[int] = frozenset(),
        wishes: Wishes = NO_WISHES,
        shows_stop: bool = False,
        grammar: CompiledGrammar | None = None,
    ) -> None:
        self.id = id
        self.prompt_ids = prompt_ids
        self.max_tokens = max_tokens
        self.sampling = sampling
        self.seed = seed  # the request's, or a random one
        self.routes = routes  # slots of the adapters' bank, each at its scale
        self.text = text
        self.arrived_s = arrived_s  # time.monotonic()
        self.weights = weights  # whose keys and values these are
        self.boundaries = boundaries  # where in the prompt another one may part from it: ends of the system text and of turns
        self.num_top_logprobs = num_top_logprobs
        self.num_prompt_logprobs = num_prompt_logprobs
        self.tells_prompt = tells_prompt or num_prompt_logprobs is not None
        self.prompt_logprobs: list[TokenLogprobs | None] = [None]  # where they are wanted: of so many of the prompt's first tokens
        self.end_ids = end_ids  # tokens that end the answer
        self.wishes = wishes  # for its logits
        self.shows_stop = shows_stop  # the token that ends the answer is the end of its text
        self.grammar = grammar
        self.token_ids: list[int] = []  # drawn and delivered, the end of turn included
        self.num_drawn = 0  # drawn, up to one ahead of those delivered
        self.num_cached = 0  # tokens of the prompt that were found in the prefix cache
        self.began_s: float | None = None  # when its prompt was begun: time.monotonic()
        self.first_token_s: float | None = None
        self.forget()

    def forget(self) -> None:
        """Go back to where nothing has been read: a row that joins another batch reads all there is once more."""
        self.input_ids = self.prompt_ids + self.token_ids  # what is read before the next token is drawn
        self.num_drawn = len(self.token_ids)
        self.num_computed = 0  # tokens of prompt and answer whose keys and values there are, or will be after the step under way
        self.place: Place | None = None
        self.windows = PromptWindows()
        if self.wants_prompt_logprobs:
            self.prompt_logprobs = [None]
        self.mask = self.grammar.start() if self.grammar else None  # which takes up the tokens that are there when it is next asked
        self.processors: Sequence[LogitProcessor] = [*self.wishes.make_processors(self.sampling), *([self.mask] if self.mask else [])]

    @property
    def is_reading(self) -> bool:
        """Whether there is prompt left to read."""
        return self.num_computed < len(self.input_ids)

    @property
    def wants_prompt_logprobs(self) -> bool:
        """Whether log-probabilities of its prompt are still to be found: all of it is read here, then."""
        return self.num_prompt_logprobs is not None and len(self.prompt_logprobs) < len(self.prompt_ids)

    @property
    def num_unread(self) -> int:
        """Count the tokens of the prompt that are left to read."""
        return max(0, len(self.input_ids) - self.num_computed)

    @property
    def num_left(self) -> int:
        """How many tokens may still come."""
        return self.max_tokens - len(self.token_ids)

    @property
    def most_tokens(self) -> int:
        """The longest that prompt and answer can become together."""
        return len(self.prompt_ids) + max(1, self.max_tokens)

    def check(self) -> None:
        """Assert what must hold between two steps."""
        assert 0 <= self.num_cached <= len(self.prompt_ids), "more found in the cache than there is"
        assert self.num_computed <= len(self.input_ids) + self.num_drawn, "more computed than was read and drawn"
        assert len(self.token_ids) <= self.num_drawn <= len(self.token_ids) + 1 <= self.max_tokens + 1, "drawn too far ahead"
        assert self.place is None or self.num_computed <= self.place.group.capacity, "outgrown its place"
