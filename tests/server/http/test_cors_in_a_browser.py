"""What a page of another origin can do, in a real browser."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import msgspec
import pytest

from server.settings.settings import Settings
from server.settings.values import Secret
from tests.browser import Browser
from tests.server.fake_engine import FakeEngine
from tests.server.live_server import LiveServer

# Asks as OpenAI's SDK does in a page, and shows what the page could read.
ASK = """
const [url, body] = %s;
const headers = { Authorization: "Bearer good", "Content-Type": "application/json", "X-Stainless-Lang": "js" };
fetch(url, { method: "POST", headers, body: JSON.stringify(body) })
    .then(async (response) => [response.status, response.headers.get("x-request-id"), await response.text()].join(" | "), () => "refused")
    .then((text) => { document.body.textContent = text; });
"""


class Page(BaseHTTPRequestHandler):
    """An empty page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><link rel=icon href=data:,><title>elsewhere</title><body>waiting</body>")

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """The origin of a page that is not candor's."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def ask(browser: Browser, page: str, server: LiveServer, **fields: Any) -> str:
    body = {"model": "gemma-3-demo", "messages": [{"role": "user", "content": "Hello"}], **fields}
    browser.visit(page)
    browser.run(ASK % msgspec.json.encode([f"{server.url}/v1/chat/completions", body]).decode())
    browser.wait_for(lambda: browser.text() != "waiting", "an answer or a refusal")
    return browser.text()


@pytest.mark.parametrize(("stream", "end"), [(False, "}"), (True, "data: [DONE]")])
def test_a_page_that_is_let_in_reads_answers_and_their_ids(stream: bool, end: str, elsewhere: str, browser: Browser) -> None:
    with LiveServer(FakeEngine(), Settings(cors_origins=(elsewhere,), api_keys=(Secret("good"),))) as server:
        status, request_id, text = ask(browser, elsewhere, server, stream=stream).split(" | ")
    assert status == "200"
    assert request_id.startswith("req_")
    assert text.endswith(end)


def test_a_page_that_is_let_in_reads_errors(elsewhere: str, browser: Browser) -> None:
    with LiveServer(FakeEngine(), Settings(cors_origins=(elsewhere,), api_keys=(Secret("another"),))) as server:
        status, _, text = ask(browser, elsewhere, server).split(" | ")
    assert (status, "invalid_api_key" in text) == ("401", True)


@pytest.mark.parametrize("origins", [(), ("https://chat.example.org",)])
def test_another_page_reads_nothing_and_its_question_reaches_no_engine(origins: tuple[str, ...], elsewhere: str, browser: Browser) -> None:
    engine = FakeEngine()
    with LiveServer(engine, Settings(cors_origins=origins)) as server:
        assert ask(browser, elsewhere, server) == "refused"
        assert "No 'Access-Control-Allow-Origin' header" in browser.complaints()[0]
    assert engine.generations == []
