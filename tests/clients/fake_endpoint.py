"""A hand-written OpenAI-compatible endpoint on a free port: it answers what a test tells it to and remembers what it was asked."""

import contextlib
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec

Body = dict[str, Any]


class FakeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP answer; with `hang` it never comes, with `drop` the connection ends in its place, with `drip` it comes byte by byte."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = {}
    hang: bool = False
    drop: bool = False
    drip: bool = False


HANGING = FakeAnswer(body=b"", hang=True)
DROPPED = FakeAnswer(body=b"", drop=True)
SOON = {"retry-after-ms": "1"}  # the SDK then waits a millisecond instead of its half second


AS_ASKED = "the model that is asked for"


def completion(text: str | None, *, finish_reason: str = "stop", **fields: Any) -> FakeAnswer:
    """Build a chat completion, by the model that is asked for; `fields` add to its body or replace parts of it."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish_reason}
    usage = {"prompt_tokens": 9, "completion_tokens": 7, "total_tokens": 16}
    body = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": AS_ASKED, "choices": [choice], "usage": usage} | fields
    return FakeAnswer(body=json.dumps(body).encode())


def refusal(status: int, message: str, headers: dict[str, str] | None = None, **fields: Any) -> FakeAnswer:
    """Build an error in OpenAI's envelope; `fields` replace parts of it."""
    error = {"message": message, "type": "error", "param": None, "code": None} | fields
    return FakeAnswer(status=status, body=json.dumps({"error": error}).encode(), headers=headers or {})


def stream(*chunks: Any, is_done: bool = True, content_type: str = "text/event-stream") -> FakeAnswer:
    """Build an event stream of chunks, which are given whole or as the text of a delta."""
    bodies = [{"choices": [{"index": 0, "delta": {"content": one}}]} if isinstance(one, str) else one for one in chunks]
    events = [f"data: {json.dumps(body)}\n\n" for body in bodies] + ["data: [DONE]\n\n"] * is_done
    return FakeAnswer(body="".join(events).encode(), headers={"content-type": content_type})


def no_adapters(method: str, path: str, _: Body) -> FakeAnswer:
    """Answer as a server without `/v1/adapters`."""
    return refusal(404, f"no route {method} {path}")


def prompt_of(body: Body) -> str:
    """Give the first message of a request."""
    return str(body["messages"][0]["content"])


class FakeEndpoint:
    """The running server; `answer` may be set anew at any time, and so may `adapters`, which answers `/v1/adapters` and what is below."""

    def __init__(self, models: tuple[str, ...] = ("base", "tuned")) -> None:
        self.answer: Callable[[Body], FakeAnswer] = lambda _: completion("The light of a whisper. I feel joy.")
        self.adapters: Callable[[str, str, Body], FakeAnswer] = no_adapters
        self.listing = FakeAnswer(body=json.dumps({"object": "list", "data": [{"id": name} for name in models]}).encode())
        self.asked: list[Body] = []
        self.keys: list[str | None] = []
        self.asked_with: list[tuple[str | None, Body]] = []  # the key beside each body
        self.root = "/v1"  # where the API is; nothing of it is found elsewhere
        self.targets: list[str] = []  # path and query of each request
        self.headers: list[dict[str, str]] = []  # of each, by names in small letters
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def url(self) -> str:
        """Give the address without `/v1`."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Let hanging requests go and stop."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                endpoint.keys.append(self.headers["authorization"])
                self._note()
                if self._path() == endpoint.root + "/models":
                    self._send(endpoint.listing)
                else:
                    self._send(endpoint.adapters("GET", self.path, {}))

            def do_DELETE(self) -> None:
                endpoint.keys.append(self.headers["authorization"])
                self._send(endpoint.adapters("DELETE", self.path, {}))

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                endpoint.keys.append(self.headers["authorization"])
                self._note()
                if self._path() != endpoint.root + "/chat/completions":
                    self._send(endpoint.adapters("POST", self.path, body))
                    return
                endpoint.asked.append(body)
                endpoint.asked_with.append((self.headers["authorization"], body))
                answer = endpoint.answer(body)
                named = answer.body.replace(json.dumps(AS_ASKED).encode(), json.dumps(body["model"]).encode())
                self._send(msgspec.structs.replace(answer, body=named))

            def _path(self) -> str:
                return self.path.partition("?")[0]

            def _note(self) -> None:
                endpoint.targets.append(self.path)
                endpoint.headers.append({name.lower(): value for name, value in self.headers.items()})

            def _send(self, answer: FakeAnswer) -> None:
                if answer.hang:
                    endpoint._closing.wait()
                if answer.hang or answer.drop:
                    self.close_connection = True
                    return
                headers = {"content-type": "application/json", "content-length": str(len(answer.body))} | answer.headers
                with contextlib.suppress(ConnectionError):  # the client may have gone
                    self.send_response(answer.status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    for piece in (bytes([byte]) for byte in answer.body) if answer.drip else (answer.body,):
                        self.wfile.write(piece)

            def log_message(self, *_: Any) -> None:
                """Stay silent."""

        return Handler
