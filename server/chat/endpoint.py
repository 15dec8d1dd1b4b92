"""What `/v1/chat/completions` has of its own."""

import secrets
from functools import partial

import msgspec

from server.chat.chunks import ChatChunks
from server.chat.conversation import find_question_before_results
from server.chat.field_check import list_accepted_fields
from server.chat.tools import translate_tools
from server.chat.translation import translate_chat
from server.chat.whole import WholeChat
from server.engine.protocol import Engine, Generation, ServedModel
from server.engine.sampling_defaults import SamplingDefaults
from server.exchange.choices import repeat_for_choices
from server.exchange.endpoint import Asked, Question
from server.exchange.fitting import Translate, fit_tools
from server.exchange.metadata import make_head
from server.exchange.renderer import Renderer
from server.exchange.sampling import NUM_SEED_BITS, translate_scoring
from server.http.beside import do_beside
from server.settings.settings import Settings
from server.wire.chat_request import ChatRequest


class ChatEndpoint:
    """Conversations."""

    decoder = msgspec.json.Decoder(ChatRequest)

    def __init__(self, engine: Engine, settings: Settings, sampling_defaults: SamplingDefaults) -> None:
        self._engine = engine
        self._settings = settings
        self._sampling_defaults = sampling_defaults

    async def ask(self, request: ChatRequest, *, request_id: str, served: ServedModel) -> Asked:
        """Translate a request for a served model; raises InvalidRequest."""
        translate = partial(
            translate_chat,
            request,
            id=f"chatcmpl-{request_id}",
            served=served,
            max_completion_tokens=self._settings.max_completion_tokens,
            defaults=self._sampling_defaults,
            drawn_seed=secrets.randbits(NUM_SEED_BITS),
        )
        generation, left_out = await self._translate(request, translate)
        question = Question(generation=generation, wish=translate_scoring(request, prompt=find_question_before_results(request)))
        return Asked(
            questions=repeat_for_choices(question, int(request.n or 1), make_parser=translate_tools(request).make_parser),
            renderer=self._make_renderer(request, generation, served),
            is_streamed=bool(request.stream),
            accepted=(*await do_beside(_count_values(request), partial(list_accepted_fields, request)), *left_out),
        )

    async def _translate(self, request: ChatRequest, translate: Translate) -> tuple[Generation, tuple[str, ...]]:
        """Translate a request; gives the fields of its functions that are not heeded, too."""
        if request.tools:
            return await fit_tools(translate, self._engine.texts, partial(translate_tools, request))
        return await do_beside(_count_values(request), partial(translate, tool_detail="full")), ()

    def _make_renderer(self, request: ChatRequest, generation: Generation, served: ServedModel) -> Renderer:
        head = make_head(request, generation, served, id=generation.id, fingerprint=self._engine.fingerprint)
        num_choices = int(request.n or 1)
        if not request.stream:
            return WholeChat(head, spell=self._engine.texts.spell, num_choices=num_choices)
        return ChatChunks(
            head,
            spell=self._engine.texts.spell,
            include_usage=request.stream_options is not None and bool(request.stream_options.include_usage),
            counts_on=generation.tells_prompt,
            num_choices=num_choices,
        )


def _count_values(request: ChatRequest) -> int:
    parts = (len(message.content) for message in request.messages if isinstance(message.content, tuple))
    calls = (len(message.tool_calls or ()) for message in request.messages)
    return len(request.messages) + sum(parts) + sum(calls) + len(request.logit_bias or ())
