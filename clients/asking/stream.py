"""A streamed chat completion, put together to what the endpoint would have answered in one piece.

Events as in https://html.spec.whatwg.org/multipage/server-sent-events.html; the chunks as in OpenAI's API. A stream is whole when it
says that it is done or gives a reason to finish: one that merely ends was cut.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

DONE = "[DONE]"
LINE_END = re.compile(r"\r\n|\n|\r")  # and no other of what Unicode calls one, which answers may hold
EVENT_STREAM = "text/event-stream"


class BrokenStream(ValueError):
    """The stream is no chat completion, or was cut."""


class StreamEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What stands between two blank lines."""

    name: str | None
    data: str


def is_stream(content_type: str, body: bytes) -> bool:
    """Tell a stream by its type, or by its beginning where an endpoint sends one under another type."""
    return content_type.partition(";")[0].strip().lower() == EVENT_STREAM or body.lstrip().startswith((b"data:", b"event:", b": "))


def join_stream(body: bytes) -> dict[str, Any]:
    """Put the chunks together; `error` is there where one of them brings it. Raises BrokenStream."""
    joined = _Joined()
    for event in _events(body):
        if event.data == DONE:
            joined.is_done = True
        elif event.data:
            joined.add(_read_chunk(event))
    return joined.whole()


class _Joined:
    """The first choice of the chunks so far, and what they say beside it."""

    def __init__(self) -> None:
        self.is_done = False
        self._is_said = False  # a message, be it an empty one
        self._beside: dict[str, Any] = {}
        self._message: dict[str, Any] = {}
        self._choice: dict[str, Any] = {}

    def add(self, chunk: dict[str, Any]) -> None:
        """Take up a chunk."""
        self._beside |= {key: value for key, value in chunk.items() if key != "choices" and value is not None}
        choices = chunk.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, dict) and choice.get("index", 0) == 0:
                said = choice.get("delta", choice.get("message"))
                self._choice |= {key: value for key, value in choice.items() if key not in ("delta", "message") and value is not None}
                self._is_said = self._is_said or isinstance(said, dict)
                for key, value in (said if isinstance(said, dict) else {}).items():
                    self._message[key] = _add(self._message.get(key), value, is_text_added=key != "role")

    def whole(self) -> dict[str, Any]:
        """Give the completion; raises BrokenStream where the end is missing."""
        is_begun = bool(self._choice or self._message)
        message = self._message if self._is_said else None
        if not self.is_done and "error" not in self._beside and self._choice.get("finish_reason") is None:
            raise BrokenStream(f"the stream was cut: no [DONE] and no finish reason came after its {self._length()} characters")
        return self._beside | {"choices": [self._choice | {"message": message}] if is_begun else []}

    def _length(self) -> int:
        content = self._message.get("content")
        return len(content) if isinstance(content, str) else 0


def _add(before: Any, value: Any, *, is_text_added: bool) -> Any:
    if value is None:
        return before
    if isinstance(before, list) or (isinstance(value, list) and isinstance(before, str)):
        return [*_listed(before), *_listed(value)]
    return before + value if is_text_added and isinstance(before, str) and isinstance(value, str) else value


def _listed(value: Any) -> list[Any]:
    """Make a list of what comes as one text or as blocks of text, by turns."""
    return value if isinstance(value, list) else [{"type": "text", "text": value}] if value else []


def _events(body: bytes) -> Iterator[StreamEvent]:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise BrokenStream(f"the stream is not UTF-8 text: {exc.reason} at byte {exc.start}") from exc
    name, data = None, list[str]()
    for line in (*LINE_END.split(text), ""):
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                yield StreamEvent(name=name, data="\n".join(data).strip())
            name, data = None, []
        elif field == "data":
            data.append(value)
        elif field == "event":
            name = value


def _read_chunk(event: StreamEvent) -> dict[str, Any]:
    """Decode a chunk; an event called an error is one, whatever its shape."""
    try:
        chunk = msgspec.json.decode(event.data)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as exc:
        if event.name == "error":
            return {"error": event.data}
        raise BrokenStream(f"the stream holds what is no JSON: {exc}") from exc
    if event.name == "error":
        return chunk if isinstance(chunk, dict) and "error" in chunk else {"error": chunk}
    if not isinstance(chunk, dict):
        raise BrokenStream(f"the stream holds what is no chunk: {event.data:.40}")
    return chunk
