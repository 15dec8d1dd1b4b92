"""From what the answers to a completion's prompts give to the bytes of its reply: pure, whole or chunk by chunk."""

import msgspec

from server.answers.answer import Scored
from server.completions.choice import Addition, ChoiceWriter, CompletionForm
from server.completions.logprobs import join
from server.engine.protocol import Finish, Piece, PromptRead
from server.exchange.metadata import AnswerHead, describe_answer
from server.exchange.renderer import STREAM_END
from server.exchange.usage import count_usage, count_usage_so_far
from server.wire.completion_response import Completion, CompletionChoice
from server.wire.error_body import ErrorBody
from server.wire.usage import Usage


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


class CompletionChunks:
    """Renders server-sent events.

    Usage is on exactly one chunk, as in a chat: the last one with a `finish_reason`, or an extra one without choices; with `counts_on`
    every chunk has it. The first choice of a prompt learns how likely that is, and what the others say is held until then.
    """

    def __init__(self, head: AnswerHead, form: CompletionForm, *, num_answers: int, include_usage: bool, counts_on: bool = False) -> None:
        self._head = head
        self._form = form
        self._include_usage = include_usage
        self._counts_on = counts_on
        self._num_tokens = 0  # of all choices together
        self._encode = msgspec.json.Encoder().encode
        self._writers = make_writers(form, num_answers)
        self._prompts: dict[int, PromptRead | None] = {}  # by the prompt's place: None where it has not been read to its end
        self._held: list[tuple[int, Piece | Scored]] = []
        self._finishes: list[Finish | None] = [None] * num_answers
        # Of most chunks only the text changes: the rest is encoded once. The marker is the text's place.
        frames = [self._render(index, ("\x00", None)).split(b'"\\u0000"') for index in range(num_answers)]
        self._frames = [(before, after) for before, after in frames]

    def add(self, index: int, event: PromptRead | Piece) -> bytes:
        """Render what a piece adds, behind the prompt where that is echoed; this runs once a token."""
        if isinstance(event, PromptRead):
            return self._note_prompt(index, event)
        if not self._writers[index].has_begun:
            if self._must_wait(index):
                self._held.append((index, event))
                return b""
            return self._begin(index) + self.add(index, event)
        self._num_tokens += len(event.token_ids)
        text, logprobs = self._writers[index].add(event)
        if logprobs is not None or (self._counts_on and text):
            return self._render(index, (text, logprobs))
        if not text:
            return b""
        before, after = self._frames[index]
        return b"%b%b%b" % (before, self._encode(text), after)

    def end(self, index: int, scored: Scored) -> bytes:
        """Render the end of an answer, with its scores; the metadata is of the first."""
        if not self._writers[index].has_begun:
            if self._must_wait(index):
                if index % self._form.num_choices == 0:  # it was stopped before its prompt was read, and nobody will
                    return self._note_prompt(index, None) + self.end(index, scored)
                self._held.append((index, scored))
                return b""
            return self._begin(index) + self.end(index, scored)
        self._finishes[index] = scored.finish
        text, logprobs = self._writers[index].end(scored.finish)
        choice = CompletionChoice(index=index, text=text, logprobs=logprobs, finish_reason=scored.finish.reason, scores=scored.scores)
        usage = self._count() if all(self._finishes) and not self._include_usage else self._count_so_far()
        metadata = describe_answer(self._head, scored) if index == 0 else msgspec.UNSET
        return self._to_event(self._make_chunk((choice,), usage=usage, metadata=metadata))

    def close(self) -> bytes:
        """Render the usage, where it has a chunk of its own, and the end of the stream."""
        extra = self._to_event(self._make_chunk((), usage=self._count())) if self._include_usage else b""
        return extra + STREAM_END

    def fail(self, body: ErrorBody) -> bytes:
        """Render an error that came when the reply had begun, as the SDKs expect it."""
        return b"data: %b\n\n" % msgspec.json.encode(body)

    def _count_so_far(self) -> Usage | msgspec.UnsetType | None:
        if self._counts_on:
            return count_usage_so_far([prompt for prompt in self._prompts.values() if prompt], self._num_tokens)
        return None if self._include_usage else msgspec.UNSET

    def _count(self) -> Usage:
        return count_usage([finish for finish in self._finishes if finish], num_choices=self._form.num_choices)

    def _must_wait(self, index: int) -> bool:
        return self._form.has_prompt_logprobs and index // self._form.num_choices not in self._prompts

    def _note_prompt(self, index: int, read: PromptRead | None) -> bytes:
        """Note how likely a prompt is, and render what has waited for that."""
        place = index // self._form.num_choices
        self._prompts[place] = read
        waiting = [held for held in self._held if held[0] // self._form.num_choices == place]
        self._held = [held for held in self._held if held[0] // self._form.num_choices != place]
        events = [self._begin(index)]
        events += [self.end(one, event) if isinstance(event, Scored) else self.add(one, event) for one, event in waiting]
        return b"".join(events)

    def _begin(self, index: int) -> bytes:
        opening = self._writers[index].begin(self._prompts.get(index // self._form.num_choices))
        return self._render(index, opening) if opening else b""

    def _render(self, index: int, addition: Addition) -> bytes:
        text, logprobs = addition
        choice = CompletionChoice(index=index, text=text, logprobs=logprobs)
        return self._to_event(self._make_chunk((choice,), usage=self._count_so_far()))

    def _make_chunk(
        self,
        choices: tuple[CompletionChoice, ...],
        *,
        usage: Usage | msgspec.UnsetType | None,
        metadata: dict[str, str] | msgspec.UnsetType = msgspec.UNSET,
    ) -> Completion:
        head = self._head
        return Completion(
            id=head.id,
            created=head.created,
            model=head.model,
            system_fingerprint=head.system_fingerprint,
            choices=choices,
            usage=usage,
            metadata=metadata,
        )

    def _to_event(self, chunk: Completion) -> bytes:
        return b"data: %b\n\n" % self._encode(chunk)


def make_writers(form: CompletionForm, num_answers: int) -> list[ChoiceWriter]:
    """Make one for each answer."""
    return [ChoiceWriter(form, form.echoes[index // form.num_choices] if form.echoes else None) for index in range(num_answers)]
