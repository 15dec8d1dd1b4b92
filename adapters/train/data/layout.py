"""A row as stretches of text, each learnt or given: parted where a server hands over to the model, and where the model ends its turn."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from jinja2 import TemplateError

from adapters.base.tokens.conversation_text import ConversationText
from adapters.base.vocabulary import Vocabulary
from adapters.train.data.row import Conversation, RowFault, Turn
from adapters.train.settings import TrainOn

ENDLESS = "the model's chat template ends an answer with no token that ends one: --chat-template FILE names another"
UNSTEADY = "the model's chat template writes turn {} in another way than it asks for it: --chat-template FILE names another"
ANSWER = "\udfff"  # stands for an answer while its place is looked for: like BREAK, nothing that can be tokenised holds it


class Stretch(NamedTuple):
    """A text that is tokenised apart from those beside it."""

    text: str
    is_learnt: bool


class Layout:
    """Lays out conversations by a model's chat template: what stands before an answer is what the model is asked with, and the answer what
    it is to say, up to the token that ends it."""

    def __init__(self, vocabulary: Vocabulary, *, num_embeddings: int, train_on: TrainOn) -> None:
        self._text = ConversationText(vocabulary.tokenizer, vocabulary.template)
        self._train_on = train_on
        pieces = vocabulary.tokenizer.pieces
        ends = self._text.control_pieces.intersection(pieces[token] for token in vocabulary.stop_ids(num_embeddings) if token < len(pieces))
        self._end = re.compile("|".join(sorted(map(re.escape, ends), key=len, reverse=True)) or r"(?!)")

    def lay_out(self, conversation: Conversation) -> list[Stretch]:
        """Give the stretches up to the last that is learnt; none where nothing is. Raises RowFault for what the template does not take."""
        broken = self._text.break_messages([(turn.role, turn.text) for turn in conversation.turns])
        whole = self._render(broken, opens_turn=False)
        if self._train_on == "everything":
            return [Stretch(whole, True)]
        stretches, done = [], 0
        for start, end in self._find_answers(broken, whole, self._list_answers(conversation.turns)):
            stretches += [Stretch(whole[done:start], False), Stretch(whole[start:end], True)]
            done = end
        return stretches

    def _find_answers(self, broken: Sequence[dict[str, str]], whole: str, answers: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Find from where to where each answer stands, its end with it: between what the template writes whatever the answer is.

        That what stands before is what the model is asked with is seen at the last one: asking at each would take the square of the time.
        """
        if not answers:
            return
        chosen = set(answers)
        marked = [turn | {"content": ANSWER} if place in chosen else turn for place, turn in enumerate(broken)]
        around = self._render(marked, opens_turn=False).split(ANSWER)
        asked = self._render(broken[: answers[-1]], opens_turn=True)
        if len(around) != len(answers) + 1:
            raise RowFault([UNSTEADY.format(answers[0] + 1)])
        place = 0  # where an answer's text ends
        for text, answer in zip(around, answers, strict=False):
            start = place + len(text)
            end = self._end.search(whole, start)
            if not whole.startswith(text, place) or (answer == answers[-1] and whole[:start] != asked):
                raise RowFault([UNSTEADY.format(answer + 1)])
            if end is None:
                raise RowFault([ENDLESS])
            yield start, end.end()
            place = end.start()
        if whole[place:] != around[-1]:
            raise RowFault([UNSTEADY.format(answers[-1] + 1)])

    def _list_answers(self, turns: Sequence[Turn]) -> list[int]:
        """List the turns that are learnt: an empty answer teaches to say nothing, and is not."""
        answers = [place for place, turn in enumerate(turns) if turn.role == "assistant"]
        chosen = answers[-1:] if self._train_on == "last" else answers
        return [place for place in chosen if turns[place].is_learnt and turns[place].text.strip()]

    def _render(self, broken: Sequence[dict[str, str]], *, opens_turn: bool) -> str:
        try:
            return self._text.render(broken, opens_turn=opens_turn)
        except TemplateError as exc:
            raise RowFault([f"the model's chat template does not take these messages: {exc}"]) from exc


def list_empty_answers(turns: Sequence[Turn]) -> Iterator[int]:
    """List the model's turns that say nothing though they were to be learnt, counted from 1."""
    return (place for place, turn in enumerate(turns, 1) if turn.role == "assistant" and turn.is_learnt and not turn.text.strip())
