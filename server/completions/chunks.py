"""From what the answers to a completion's prompts give to the chunks of a stream: pure."""

from functools import partial

import msgspec

from server.answers.answer import Scored
from server.completions.choice import Addition, CompletionForm, make_writers
from server.engine.protocol import Piece, PromptRead
from server.exchange.metadata import AnswerHead, describe_answer
from server.exchange.renderer import STREAM_END
from server.exchange.stream_usage import StreamUsage
from server.wire.completion_response import Completion, CompletionChoice
from server.wire.error_body import ErrorBody


class CompletionChunks:
    """Renders server-sent events. The first choice of a prompt learns how likely that is, and what the others say is held until then."""

    def __init__(self, head: AnswerHead, form: CompletionForm, *, num_answers: int, include_usage: bool, counts_on: bool = False) -> None:
        self._head = head
        self._chunk = partial(Completion, id=head.id, created=head.created, model=head.model, system_fingerprint=head.system_fingerprint)
        self._form = form
        self._usage = StreamUsage(num_answers=num_answers, num_choices=form.num_choices, include_usage=include_usage, counts_on=counts_on)
        self._encode = msgspec.json.Encoder().encode
        self._writers = make_writers(form, num_answers)
        self._prompts: dict[int, PromptRead | None] = {}  # by the prompt's place: None where it has not been read to its end
        self._held: list[tuple[int, Piece | Scored]] = []
        # Of most chunks only the text changes: the rest is encoded once. The marker is the text's place.
        frames = [self._render(index, ("\x00", None)).split(b'"\\u0000"') for index in range(num_answers)]
        self._frames = [(before, after) for before, after in frames]

    def add(self, index: int, event: PromptRead | Piece) -> bytes:
        """Render what a piece adds, behind the prompt where that is echoed; this runs once a token."""
        if isinstance(event, PromptRead):
            self._usage.note_prompt(index, event)
            return self._note_prompt(index, event)
        if not self._writers[index].has_begun:
            if self._must_wait(index):
                self._held.append((index, event))
                return b""
            return self._begin(index) + self.add(index, event)
        self._usage.note_piece(event)
        text, logprobs = self._writers[index].add(event)
        if logprobs is not None or (self._usage.counts_on and text):
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
        text, logprobs = self._writers[index].end(scored.finish)
        choice = CompletionChoice(index=index, text=text, logprobs=logprobs, finish_reason=scored.finish.reason, scores=scored.scores)
        usage = self._usage.note_end(index, scored.finish)
        metadata = describe_answer(self._head, scored) if index == 0 else msgspec.UNSET
        return self._to_event(self._chunk(choices=(choice,), usage=usage, metadata=metadata))

    def close(self) -> bytes:
        """Render the usage, where it has a chunk of its own, and the end of the stream."""
        usage = self._usage.extra()
        return (self._to_event(self._chunk(choices=(), usage=usage)) if usage else b"") + STREAM_END

    def fail(self, body: ErrorBody) -> bytes:
        """Render an error that came when the reply had begun, as the SDKs expect it."""
        return b"data: %b\n\n" % msgspec.json.encode(body)

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
        return self._to_event(self._chunk(choices=(choice,), usage=self._usage.so_far()))

    def _to_event(self, chunk: Completion) -> bytes:
        return b"data: %b\n\n" % self._encode(chunk)
