"""What `/v1/responses` has of its own."""

import secrets
import time

import msgspec

from server.engine.protocol import Engine, Generation, ServedModel
from server.engine.sampling_defaults import SamplingDefaults
from server.exchange.endpoint import Asked, Question
from server.exchange.metadata import AnswerHead
from server.exchange.sampling import NUM_SEED_BITS, translate_scoring
from server.responses.body import ResponseHead
from server.responses.events import ResponseEvents
from server.responses.rendering import WholeResponse
from server.responses.translation import name_all_accepted, translate_request
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
        generation = translate_request(
            request,
            id=f"resp_{request_id}",
            served=served,
            max_completion_tokens=self._settings.max_completion_tokens,
            defaults=self._sampling_defaults,
            drawn_seed=secrets.randbits(NUM_SEED_BITS),
        )
        head = self._make_head(request, request_id, generation, served)
        return Asked(
            questions=(Question(generation=generation, wish=translate_scoring(request)),),
            renderer=(ResponseEvents if request.stream else WholeResponse)(head),
            is_streamed=bool(request.stream),
            accepted=name_all_accepted(request),
        )

    def _make_head(self, request: ResponsesRequest, request_id: str, generation: Generation, served: ServedModel) -> ResponseHead:
        answer = AnswerHead(
            id=generation.id,
            created=int(time.time()),
            model=request.model,
            system_fingerprint=self._engine.fingerprint,
            served=served,
            adapter_scale=generation.adapter_scale,
            sampling=generation.sampling,
            request_metadata=request.metadata or {},
        )
        limit = generation.max_tokens if generation.is_limit_asked_for else None
        return ResponseHead(answer=answer, request_id=request_id, max_output_tokens=limit, request=request)
