"""Where work is done."""

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from server.http.beside import MUCH, do_beside
from tests.server.fake_texts import FakeTexts


@pytest.mark.parametrize(("num_values", "is_beside"), [(0, False), (MUCH, False), (MUCH + 1, True)])
def test_what_is_much_is_done_on_a_thread(num_values: int, is_beside: bool) -> None:
    thread = asyncio.run(do_beside(num_values, threading.current_thread))
    assert (thread is not threading.current_thread()) == is_beside


@pytest.mark.parametrize(
    ("url", "body"),
    [("/detokenize", {"tokens": [72] * (MUCH + 1)}), ("/tokenize", {"prompt": "H" * (MUCH + 1), "return_token_strs": True})],
)
def test_many_tokens_are_spelt_beside_the_event_loop(
    url: str, body: dict[str, Any], client: TestClient[Litestar], monkeypatch: pytest.MonkeyPatch
) -> None:
    loops: list[bool] = []
    decode = FakeTexts.decode

    def note(self: FakeTexts, token_ids: Sequence[int]) -> str:
        loops.append(asyncio._get_running_loop() is not None)
        return decode(self, token_ids)

    monkeypatch.setattr(FakeTexts, "decode", note)
    assert client.post(url, json=body).status_code == 200
    assert loops and not any(loops)
