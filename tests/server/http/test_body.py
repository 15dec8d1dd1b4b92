"""The limits of a body, without a network."""

import asyncio
from typing import Any

import pytest

from server.errors import BodyTimedOut, BodyTooLarge, ClientDisconnected
from server.http.body import read_body


class Sender:
    """A `receive` that gives the chunks it was made with and counts those that were taken."""

    def __init__(self, *chunks: bytes, ends: bool = True) -> None:
        self.messages: list[dict[str, Any]] = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
        if ends:
            self.messages[-1]["more_body"] = False
        self.num_taken = 0

    async def __call__(self) -> Any:
        if self.num_taken == len(self.messages):
            await asyncio.Event().wait()
        self.num_taken += 1
        return self.messages[self.num_taken - 1]


def read(sender: Sender, *, length: bytes | None = None, max_bytes: int = 10, timeout_s: float = 5) -> bytes:
    headers = () if length is None else ((b"content-length", length),)
    return asyncio.run(read_body(headers, sender, max_bytes=max_bytes, timeout_s=timeout_s))


def test_chunks_are_joined() -> None:
    assert read(Sender(b"01234", b"", b"56789")) == b"0123456789"


def test_a_declared_length_over_the_limit_is_refused_unread() -> None:
    sender = Sender(b"x" * 11)
    with pytest.raises(BodyTooLarge):
        read(sender, length=b"11")
    assert sender.num_taken == 0


def test_chunks_over_the_limit_are_refused_at_the_first_too_many() -> None:
    sender = Sender(b"x" * 6, b"x" * 6, b"x" * 6)
    with pytest.raises(BodyTooLarge):
        read(sender)
    assert sender.num_taken == 2


def test_a_body_that_does_not_come_is_timed_out() -> None:
    with pytest.raises(BodyTimedOut):
        read(Sender(b"x", ends=False), timeout_s=0.01)


def test_a_client_that_goes_away_in_its_body_is_noticed() -> None:
    sender = Sender(b"x", ends=False)
    sender.messages.append({"type": "http.disconnect"})
    with pytest.raises(ClientDisconnected):
        read(sender)
