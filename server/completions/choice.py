"""One choice of a completion: what each event of its answer adds to its text and to its log-probabilities."""

from collections.abc import Sequence, Set
from itertools import takewhile

import msgspec

from server.completions.logprobs import LogprobsWriter
from server.engine.protocol import Finish, Piece, PromptRead
from server.exchange.logprobs import Spell
from server.wire.completion_response import CompletionLogprobs


class CompletionForm(msgspec.Struct, frozen=True, kw_only=True):
    """How a request wants its choices."""

    num_choices: int  # for each prompt
    echoes: tuple[str, ...] | None  # the text of each prompt, where it is shown; None: prompts are not
    has_prompt_logprobs: bool
    spell: Spell
    begin: str | None  # how the token is spelt that a tokenizer puts in front of a text
    unshown: Set[str] = frozenset()  # spellings of tokens that are left out of a text


Addition = tuple[str, CompletionLogprobs | None]


class ChoiceWriter:
    """Tells what is added, event by event."""

    def __init__(self, form: CompletionForm, echo: str | None) -> None:
        self._form = form
        self._echo = echo
        self._writer = LogprobsWriter(form.spell, unshown=form.unshown)
        self._prompt_writer = LogprobsWriter(form.spell)  # nothing of a prompt is left out
        self.has_begun = False

    def begin(self, read: PromptRead | None) -> Addition | None:
        """Give the prompt, before anything else; None where it is not shown."""
        self.has_begun = True
        if self._echo is None:
            return None
        self._writer.skip(len(self._echo))
        if read is None or not read.logprobs:
            return self._echo, None
        num_unshown = _count_added(self._echo, read.token_ids, self._form)
        return self._echo, self._prompt_writer.write(read.token_ids, read.logprobs, num_unshown=num_unshown)

    def add(self, piece: Piece) -> Addition:
        """Give what a piece adds."""
        return piece.text, self._writer.write(piece.token_ids, piece.logprobs) if piece.logprobs else None

    def end(self, finish: Finish) -> Addition:
        """Give the token that ended it, which has a log-probability and no text."""
        end = finish.end
        if end is None or end.logprobs is None:
            return "", None
        return "", self._writer.write([end.token_id], [end.logprobs])


def make_writers(form: CompletionForm, num_answers: int) -> list[ChoiceWriter]:
    """Make one for each answer."""
    return [ChoiceWriter(form, form.echoes[index // form.num_choices] if form.echoes else None) for index in range(num_answers)]


def _count_added(prompt: str, token_ids: Sequence[int], form: CompletionForm) -> int:
    """Count the tokens in front of a prompt that its text does not spell."""
    if not form.begin:
        return 0
    begin = form.begin.encode()
    num_tokens = sum(1 for _ in takewhile(lambda token: form.spell(token) == begin, token_ids))
    num_spelt = 0
    while prompt.startswith(form.begin, num_spelt * len(form.begin)):
        num_spelt += 1
    return max(0, num_tokens - num_spelt)
