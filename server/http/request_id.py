"""The id of a request: the `x-request-id` of its answer, part of the completion's own id, and beside its failure in the log."""

import uuid

from litestar.types import Message, Scope

_STATE_KEY = "candor_request_id"


def identify(scope: Scope) -> str:
    """Give the request's id, the same however often it is asked for."""
    state = scope["state"]
    if _STATE_KEY not in state:
        state[_STATE_KEY] = uuid.uuid4().hex
    request_id: str = state[_STATE_KEY]
    return request_id


async def add_request_id(message: Message, scope: Scope) -> None:
    """Put the id on an answer's head, where OpenAI's SDKs read it as `_request_id`; this sees every message that is sent."""
    if message["type"] == "http.response.start":
        message["headers"] = [*message["headers"], (b"x-request-id", f"req_{identify(scope)}".encode())]
