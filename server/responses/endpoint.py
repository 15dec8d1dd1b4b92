"""What `/v1/responses` has of its own."""

import secrets
from functools import partial

import msgspec

from server.engine.protocol import Engine, Generation, ServedModel
from server.engine.sampling_defaults import SamplingDefaults
from server.exchange.choices import repeat_for_choices
from server.exchange.conversation import find_question
from server.exchange.endpoint import Asked, Question
from server.exchange.fitting import fit_tools
from server.exchange.metadata import make_head
from server.exchange.sampling import NUM_SEED_BITS, translate_scoring
from server.http.beside import do_beside
from server.responses.body import ResponseHead
from server.responses.events import ResponseEvents
from server.responses.field_check import list_accepted_fields
from server.responses.items import read_turns
from server.responses.rendering import WholeResponse
from server.responses.tools import translate_tools
from server.responses.translation import translate_request
from server.settings.settings import Settings
from server.wire.responses_request import ResponsesRequest


class ResponsesEndpoint:
    """Conversations, in OpenAI's newer form; none is kept."""

    decoder = msgspec.json.Decoder(ResponsesRequest)

    def __init__(self, engine: Engine, settings: Settings, sampling_defaults: SamplingDefaults) -> None:
        self._engine = engine
        self._settings = settings
        self._sampling_defaults = sampling_defaults

    async def ask(self, request: ResponsesRequest, *, request_id: str, served: ServedModel) -> Asked:
        """Translate a request for a served model; raises InvalidRequest."""
        translate = partial(
            translate_request,
            request,
            id=f"resp_{request_id}",
            served=served,
            max_completion_tokens=self._settings.max_completion_tokens,
            defaults=self._sampling_defaults,
            drawn_seed=secrets.randbits(NUM_SEED_BITS),
        )
        texts = self._engine.texts
        read_offer = partial(translate_tools, request)
        fitted = fit_tools(translate, texts, read_offer, parameters="tools[].parameters") if request.tools else None
        generation, left_out = await fitted if fitted else (await do_beside(_count_values(request), translate), ())
        question = Question(generation=generation, wish=translate_scoring(request, prompt=find_question(read_turns(request))))
        head = self._make_head(request, request_id, generation, served)
        return Asked(
            questions=repeat_for_choices(question, 1, make_parser=read_offer().make_parser),
            renderer=(ResponseEvents if request.stream else WholeResponse)(head, texts.spell),
            is_streamed=bool(request.stream),
            accepted=(*await do_beside(_count_values(request), partial(list_accepted_fields, request)), *left_out),
        )

    def _make_head(self, request: ResponsesRequest, request_id: str, generation: Generation, served: ServedModel) -> ResponseHead:
        answer = make_head(request, generation, served, id=generation.id, fingerprint=self._engine.fingerprint)
        limit = generation.max_tokens if generation.is_limit_asked_for else None
        return ResponseHead(answer=answer, request_id=request_id, max_output_tokens=limit, request=request)


def _count_values(request: ResponsesRequest) -> int:
    items = () if isinstance(request.input, str) else request.input or ()
    parts = (len(item.content) for item in items if isinstance(item.content, tuple))
    return len(items) + sum(parts) + len(request.logit_bias or ())
