"""What a route that answers has of its own: its body, and how that becomes answers and a reply."""

from typing import Protocol, TypeVar

import msgspec

from server.answers.answer import ScoringWish
from server.engine.protocol import Generation, ServedModel
from server.exchange.renderer import Renderer
from server.tools.reading.answer_parser import AnswerParser
from server.wire.generation_fields import GenerationFields

Request = TypeVar("Request", bound=GenerationFields)


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One answer that a request asks for."""

    generation: Generation
    wish: ScoringWish
    is_sibling: bool = False  # the answer before is to the same prompt
    parser: AnswerParser | None = None  # where functions may be called


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a request comes to."""

    questions: tuple[Question, ...]  # at least one
    renderer: Renderer
    is_streamed: bool
    accepted: tuple[str, ...] = ()  # fields that change nothing here


class Endpoint(Protocol[Request]):
    """A route's own part. The rest, from the socket to the metrics, is the exchange's."""

    @property
    def decoder(self) -> msgspec.json.Decoder[Request]:
        """What reads its body."""
        ...

    async def ask(self, request: Request, *, request_id: str, served: ServedModel) -> Asked:
        """Translate a request for a served model; raises InvalidRequest."""
        ...
