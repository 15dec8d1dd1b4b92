"""The server-sent events of an HTTP answer, read as its bytes come."""

import msgspec

DATA = b"data: "
DONE = b"[DONE]"


class Delta(msgspec.Struct, frozen=True):
    """What a chunk adds to the message."""

    content: str | None = None


class Choice(msgspec.Struct, frozen=True):
    """One answer's part of a chunk."""

    delta: Delta = Delta()


class PromptTokensDetails(msgspec.Struct, frozen=True):
    """What was not read anew of the prompt."""

    cached_tokens: int | None = None


class Usage(msgspec.Struct, frozen=True):
    """Tokens as the server counts them."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: PromptTokensDetails | None = None


class Chunk(msgspec.Struct, frozen=True):
    """As much of a chunk as is measured; what else there is in it is skipped, not decoded."""

    choices: tuple[Choice, ...] = ()
    usage: Usage | None = None
    error: object = None

    @property
    def text(self) -> str:
        """The text it brings, if any."""
        return "".join(choice.delta.content or "" for choice in self.choices)


class EventStream:
    """Takes an answer's bytes, in whatever pieces they come, and gives its chunks.

    Every event has to be one line, and is in all servers known here; the lines of HTTP's own framing are passed over.
    """

    def __init__(self) -> None:
        self.status: str | None = None  # HTTP's first line, once it is there
        self._rest = b""
        self._decoder = msgspec.json.Decoder(Chunk)

    @property
    def is_ok(self) -> bool:
        """Whether the first line says 200."""
        return self.status is not None and self.status.split()[1:2] == ["200"]

    def feed(self, received: bytes) -> list[Chunk]:
        """Take what has come and give the chunks that are whole by now."""
        *lines, self._rest = (self._rest + received).split(b"\n")
        if self.status is None and lines:
            self.status = lines[0].decode(errors="replace").strip()
        payloads = (line[len(DATA) :] for line in lines if line.startswith(DATA))
        return [self._decoder.decode(payload) for payload in payloads if not payload.startswith(DONE)]
