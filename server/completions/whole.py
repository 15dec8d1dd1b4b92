"""From what the answers to a completion's prompts give to one JSON object: pure."""

import msgspec

from server.answers.answer import Scored
from server.completions.choice import CompletionForm, make_writers
from server.completions.logprobs import join
from server.engine.protocol import Piece, PromptRead
from server.exchange.metadata import AnswerHead, describe_answer
from server.exchange.usage import count_usage
from server.wire.completion_response import Completion, CompletionChoice
from server.wire.error_body import ErrorBody


class WholeCompletion:
    """Gathers the answers and renders them at the end, as one JSON object. `index` counts prompts first, then their choices."""

    def __init__(self, head: AnswerHead, form: CompletionForm, *, num_answers: int) -> None:
        self._head = head
        self._form = form
        self._writers = make_writers(form, num_answers)
        self._prompts: dict[int, PromptRead] = {}  # by the prompt's place
        self._pieces: list[list[Piece]] = [[] for _ in range(num_answers)]
        self._ends: list[Scored | None] = [None] * num_answers

    def add(self, index: int, event: PromptRead | Piece) -> bytes:
        """Keep it."""
        if isinstance(event, PromptRead):
            self._prompts[index // self._form.num_choices] = event
        else:
            self._pieces[index].append(event)
        return b""

    def end(self, index: int, scored: Scored) -> bytes:
        """Keep the end of an answer."""
        self._ends[index] = scored
        return b""

    def close(self) -> bytes:
        """Render all of it."""
        head = self._head
        ends = [end for end in self._ends if end is not None]
        completion = Completion(
            id=head.id,
            created=head.created,
            model=head.model,
            system_fingerprint=head.system_fingerprint,
            choices=tuple(self._make_choice(index, end) for index, end in enumerate(ends)),
            usage=count_usage([end.finish for end in ends], num_choices=self._form.num_choices),
            metadata=describe_answer(head, ends[0]),
        )
        return msgspec.json.encode(completion)

    def fail(self, body: ErrorBody) -> bytes:
        """Give nothing: a whole reply that fails is another reply."""
        return b""

    def _make_choice(self, index: int, end: Scored) -> CompletionChoice:
        writer = self._writers[index]
        opening = writer.begin(self._prompts.get(index // self._form.num_choices))
        added = [*([opening] if opening else []), *map(writer.add, self._pieces[index]), writer.end(end.finish)]
        logprobs = [one for _, one in added if one is not None]
        return CompletionChoice(
            index=index,
            text="".join(text for text, _ in added),
            logprobs=join(logprobs) if logprobs else None,
            finish_reason=end.finish.reason,
            scores=end.scores,
        )
