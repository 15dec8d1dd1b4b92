"""What the pieces of an answer bring, step by step: words with the log-probabilities of their tokens, and calls."""

import msgspec

from server.answers.spoken import SpokenPiece
from server.engine.protocol import Piece
from server.exchange.logprobs import Spell, describe_tokens
from server.tools.parts import CallArguments, CallBegin, CallEnd, TextPart
from server.wire.logprobs import TokenLogprob


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """More of the text."""

    text: str
    logprobs: tuple[TokenLogprob, ...] = ()


Step = Words | CallBegin | CallArguments | CallEnd


class StepReader:
    """Reads one answer. Log-probabilities go with the text that their tokens are of; a response has no place for those of calls.

    A brace that closes a call is not told from the text that follows it, and goes with that.
    """

    def __init__(self, spell: Spell) -> None:
        self._spell = spell
        self._held: tuple[TokenLogprob, ...] = ()  # of tokens that may turn out to be text or a call
        self._is_behind_call = False

    def read(self, piece: Piece) -> list[Step]:
        """Read a piece."""
        if piece.logprobs:
            self._held += describe_tokens(piece.token_ids, piece.logprobs, self._spell)
        if isinstance(piece, SpokenPiece):
            return [self._say(part.text) if isinstance(part, TextPart) else self._call(part) for part in piece.parts]
        return [self._say(piece.text)] if piece.text or self._held else []

    def end(self) -> list[Step]:
        """Give what was held: nothing follows."""
        return [self._say("")] if self._held and not self._is_behind_call else []

    def _say(self, text: str) -> Words:
        words = Words(text=text, logprobs=self._held)
        self._held = ()
        self._is_behind_call = False
        return words

    def _call(self, part: CallBegin | CallArguments | CallEnd) -> Step:
        self._held = ()
        self._is_behind_call = True
        return part
