"""What `/v1/completions` has of its own."""

import secrets
from collections.abc import Sequence
from functools import partial

import msgspec

from server.completions.choice import CompletionForm
from server.completions.chunks import CompletionChunks
from server.completions.translation import counts_on, list_accepted_fields, translate_completion
from server.completions.whole import WholeCompletion
from server.engine.errors import InvalidGeneration
from server.engine.protocol import Engine, Generation, ServedModel
from server.engine.sampling_defaults import SamplingDefaults
from server.errors import InvalidRequest
from server.exchange.choices import repeat_for_choices
from server.exchange.endpoint import Asked, Question
from server.exchange.metadata import make_head
from server.exchange.renderer import Renderer
from server.exchange.sampling import NUM_SEED_BITS, translate_scoring
from server.http.beside import do_beside
from server.settings.settings import Settings
from server.wire.completion_request import CompletionRequest


class CompletionEndpoint:
    """Prompts as they stand."""

    decoder = msgspec.json.Decoder(CompletionRequest)

    def __init__(self, engine: Engine, settings: Settings, sampling_defaults: SamplingDefaults) -> None:
        self._engine = engine
        self._settings = settings
        self._sampling_defaults = sampling_defaults

    async def ask(self, request: CompletionRequest, *, request_id: str, served: ServedModel) -> Asked:
        """Translate a request for a served model; raises InvalidRequest."""
        translate = partial(
            translate_completion,
            request,
            id=f"cmpl-{request_id}",
            served=served,
            max_completion_tokens=self._settings.max_completion_tokens,
            defaults=self._sampling_defaults,
            drawn_seed=secrets.randbits(NUM_SEED_BITS),
        )
        generations = await do_beside(len(request.logit_bias or ()), translate)
        echoes = await do_beside(_count_ids(generations), lambda: tuple(map(self._spell_prompt, generations))) if request.echo else None
        questions = tuple(question for generation in generations for question in _make_choices(request, generation))
        return Asked(
            questions=questions,
            renderer=self._make_renderer(request, generations, served, echoes, request_id=request_id, num_answers=len(questions)),
            is_streamed=bool(request.stream),
            accepted=list_accepted_fields(request),
        )

    def _make_renderer(
        self,
        request: CompletionRequest,
        generations: tuple[Generation, ...],
        served: ServedModel,
        echoes: tuple[str, ...] | None,
        *,
        request_id: str,
        num_answers: int,
    ) -> Renderer:
        texts = self._engine.texts
        head = make_head(request, generations[0], served, id=f"cmpl-{request_id}", fingerprint=self._engine.fingerprint)
        form = CompletionForm(
            num_choices=int(request.n or 1),
            echoes=echoes,
            has_prompt_logprobs=generations[0].num_prompt_logprobs is not None,
            spell=texts.spell,
            begin=texts.named_tokens.get("bos_token"),
            unshown=self._engine.special_tokens if request.skip_special_tokens else frozenset(),
        )
        if not request.stream:
            return WholeCompletion(head, form, num_answers=num_answers)
        include_usage = request.stream_options is not None and bool(request.stream_options.include_usage)
        return CompletionChunks(head, form, num_answers=num_answers, include_usage=include_usage, counts_on=counts_on(request))

    def _spell_prompt(self, generation: Generation) -> str:
        prompt = generation.prompt or ""
        if isinstance(prompt, str):
            return prompt
        try:
            return self._engine.texts.decode(prompt)
        except InvalidGeneration as exc:
            raise InvalidRequest(f"'prompt' has token ids that this model does not know: {exc}.", param="prompt") from exc


def _count_ids(generations: Sequence[Generation]) -> int:
    return sum(len(generation.prompt) for generation in generations if isinstance(generation.prompt, tuple))


def _make_choices(request: CompletionRequest, generation: Generation) -> tuple[Question, ...]:
    """Ask for all choices of a prompt, and what is told of it with the first of them: the others share what is read."""
    prompt = generation.prompt if isinstance(generation.prompt, str) else ""  # what ids say is not looked at
    question = Question(generation=generation, wish=translate_scoring(request, prompt=prompt))
    first, *others = repeat_for_choices(question, int(request.n or 1))
    sharing = (
        msgspec.structs.replace(one, generation=msgspec.structs.replace(one.generation, num_prompt_logprobs=None, tells_prompt=False))
        for one in others
    )
    return (first, *sharing)
