"""The scoring of one answer, as it streams or all at once: the one path of server, battery, command line and notebook.

The library is four names: `score` and `scorer_names` are functions, `AnswerScoring` takes an answer in pieces, `Scores` is the result.

    from scoring.verdict import AnswerScoring, score

    print(score("It was a dark and stormy night.", prompt="How does it begin?", scorer="lek-v2"))

    scoring = AnswerScoring(prompt="How does it begin?")
    for piece in stream:
        scoring.feed(piece)
        if scoring.hard_flag:
            break
    scores = scoring.finish()
    scores.lek_score, scores.heuristic["creative_form"], scores.degeneration.flags
"""

from collections.abc import Sequence

from scoring.compression import compression_ratio
from scoring.degeneration.detector import Block, Context, Ending
from scoring.degeneration.detectors.id_loops import IdLoops
from scoring.degeneration.roster import make_detectors
from scoring.degeneration.words.prose import Prose
from scoring.scorers import SCORERS, find_scorer, scorer_names
from scoring.scores import Abstention, Degeneration, Flag, Scores

__all__ = ["AnswerScoring", "Scores", "score", "scorer_names"]

DEFAULT_SCORER = SCORERS[0].name
BLOCK_CHARS = 64


class AnswerScoring:
    """Takes an answer in pieces and gives its scores at the end; `hard_flag` may be read on the way.

    The detectors are fed in blocks cut at fixed offsets, so the verdict does not depend on the pieces and a piece costs next to nothing.
    A hard flag is seen at most two blocks late.
    """

    def __init__(
        self,
        *,
        scorer: str = DEFAULT_SCORER,
        prompt: str | None = None,
        special_tokens: frozenset[str] = frozenset(),
        max_tokens: int | None = None,
        is_constrained: bool = False,
    ) -> None:
        """Begin an answer to `prompt`, the last user message; `is_constrained` by a schema or a grammar. Raises `UnknownScorer`."""
        self._scorer = find_scorer(scorer)
        context = Context(prompt=prompt, special_tokens=special_tokens, max_tokens=max_tokens, is_constrained=is_constrained)
        self._detectors = make_detectors(context)
        self._id_loops = IdLoops(context)
        self._prose = Prose()
        self._pieces: list[str] = []
        self._pending = ""  # less than a block
        self._num_fed = 0  # characters the detectors have seen
        self._hard_flag: Flag | None = None

    @property
    def hard_flag(self) -> Flag | None:
        """The first hard flag seen so far: it is safe to stop the answer here."""
        return self._hard_flag

    @property
    def text(self) -> str:
        """The answer so far."""
        return "".join(self._pieces)

    def feed(self, text: str, token_ids: Sequence[int] = ()) -> None:
        """Take the next piece, and where they are known the ids of the tokens drawn for it."""
        self._pieces.append(text)
        self._pending += text
        if len(self._pending) >= BLOCK_CHARS:
            self._drain()
        if token_ids:
            self._id_loops.feed(token_ids, self._num_fed + len(self._pending))
            if self._hard_flag is None:
                self._watch(self._id_loops.flags(self._num_fed + len(self._pending)))

    def finish(self, *, finish_reason: str | None = None, num_tokens: int | None = None) -> Scores:
        """Score the whole answer. Nothing may be fed afterwards."""
        if self._pending:
            self._feed_block(self._pending)
        ending = Ending(finish_reason=finish_reason, num_tokens=num_tokens)
        found = [finding for detector in self._detectors for finding in detector.finish(ending)]
        flags = [*(finding for finding in found if isinstance(finding, Flag)), *self._id_loops.finish(self._num_fed)]
        abstentions = tuple(finding for finding in found if isinstance(finding, Abstention))
        text = self.text
        heuristic = self._scorer.score(text)
        return Scores(
            scorer=self._scorer.name,
            scorer_version=self._scorer.version,
            lek_score=heuristic.lek_score,
            heuristic=heuristic.dimensions,
            degeneration=Degeneration(flags=tuple(flags), compression_ratio=compression_ratio(text), abstentions=abstentions),
        )

    def _drain(self) -> None:
        """Feed the whole blocks that wait."""
        waiting = self._pending
        whole = len(waiting) - len(waiting) % BLOCK_CHARS
        for start in range(0, whole, BLOCK_CHARS):
            self._feed_block(waiting[start : start + BLOCK_CHARS])
        self._pending = waiting[whole:]

    def _feed_block(self, text: str) -> None:
        block = Block(start=self._num_fed, text=text, prose=self._prose.mask(text))
        self._num_fed += len(text)
        for detector in self._detectors:
            detector.feed(block)
            if self._hard_flag is None and (flags := detector.flags()):
                self._watch(flags)

    def _watch(self, flags: tuple[Flag, ...]) -> None:
        self._hard_flag = next((flag for flag in flags if flag.tier == "hard"), None)


def score(
    text: str,
    *,
    prompt: str | None = None,
    scorer: str = DEFAULT_SCORER,
    special_tokens: frozenset[str] = frozenset(),
    finish_reason: str | None = None,
    num_tokens: int | None = None,
    max_tokens: int | None = None,
    is_constrained: bool = False,
) -> Scores:
    """Score a whole answer at once."""
    scoring = AnswerScoring(
        scorer=scorer, prompt=prompt, special_tokens=special_tokens, max_tokens=max_tokens, is_constrained=is_constrained
    )
    scoring.feed(text)
    return scoring.finish(finish_reason=finish_reason, num_tokens=num_tokens)
