"""A stand-in that answers as OpenAI would and notes what it was asked, check by check."""

import json
import re
import shutil
import threading
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from tests.contract.recorded_body import BODIES
from tests.outside.clients.stand_in.chat import complete_chat, stream_chat
from tests.outside.clients.stand_in.completions import complete, stream_completion
from tests.outside.clients.stand_in.responses import respond, stream_response

ROUTES = {
    "/v1/chat/completions": (complete_chat, stream_chat),
    "/v1/completions": (complete, stream_completion),
    "/v1/responses": (respond, stream_response),
}
MOST_CHARACTERS = 100  # of a text
TOKENIZER = {"eos_token": "<eos>", "bos_token": "<bos>", "pad_token": "<pad>", "chat_template": None}
MODELS = {"object": "list", "data": [{"id": "gemma-3-demo", "object": "model", "created": 1_700_000_000, "owned_by": "candor"}]}


class Recorder:
    """Serves one client while the `with` lasts."""

    def __init__(self, client: str) -> None:
        self.client = client
        self.check = "start"
        self._noted: dict[str, list[dict[str, Any]]] = {}  # by check
        self._forms: set[str] = set()
        self._server = _QuietServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"recorder": self}))
        self._thread = threading.Thread(target=self._server.serve_forever)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def note(self, path: str, body: dict[str, Any]) -> None:
        """Note a body, unless the client has sent one before that differs in its texts only."""
        if (form := json.dumps([path, _form(body)])) not in self._forms:
            self._forms.add(form)
            self._noted.setdefault(self.check, []).append({"path": path, "body": _shorten(body)})

    def save(self) -> None:
        """Write what was noted into the contract tests' folder, in place of what is there of this client."""
        folder = BODIES / self.client
        shutil.rmtree(folder, ignore_errors=True)
        for check, requests in self._noted.items():
            folder.mkdir(parents=True, exist_ok=True)
            name = re.sub("[^a-z0-9]+", "-", check.lower()).strip("-")
            (folder / f"{name}.json").write_text(json.dumps(requests, indent=1, ensure_ascii=False) + "\n")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _form(value: Any, *, key: str = "") -> Any:
    """Take out what changes from one request to the next and asks for nothing else: texts and token ids."""
    match value:
        case dict():
            return {name: _form(part, key=name) for name, part in value.items()}
        case list() if key in ("prompt", "tokens") and value and not isinstance(value[0], str):
            return "tokens"
        case list():
            return [_form(part, key=key) for part in value]
        case str() if key in ("content", "text", "prompt", "input", "arguments"):
            return "text"
    return value


def _shorten(value: Any, *, key: str = "") -> Any:
    """Cut long texts: what other people's prompts say is theirs, and nothing here depends on it."""
    match value:
        case dict():
            return {name: _shorten(part, key=name) for name, part in value.items()}
        case list():
            return [_shorten(part, key=key) for part in value]
        case str() if len(value) > MOST_CHARACTERS and key != "arguments":
            return f"{value[:MOST_CHARACTERS]}…"
    return value


class _QuietServer(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    recorder: Recorder

    def do_GET(self) -> None:
        if self.path.rstrip("/") == "/v1/models":
            self._answer(200, MODELS)
        elif self.path.startswith(("/health", "/v1/models/")):
            self._answer(200, MODELS["data"][0])
        elif self.path == "/tokenizer_info":
            self._answer(200, TOKENIZER)
        elif self.path == "/metrics":
            self._answer(200, "", kind="text/plain; version=0.0.4")
        else:
            self._answer(404, {"error": {"message": "no such route", "type": "invalid_request_error", "param": None, "code": None}})

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/recording":
            self.recorder.check = sent.decode()
            self._answer(200, {})
        elif self.path == "/tokenize":
            body = json.loads(sent)
            self.recorder.note(self.path, body)
            self._answer(200, {"tokens": [ord(character) for character in body["prompt"]]})
        elif self.path == "/detokenize":
            body = json.loads(sent)
            self.recorder.note(self.path, body)
            self._answer(200, {"prompt": "".join(map(chr, body["tokens"]))})
        elif self.path in ROUTES:
            body = json.loads(sent)
            self.recorder.note(self.path, body)
            whole, stream = ROUTES[self.path]
            if body.get("stream"):
                self._stream(stream(body), is_named=self.path == "/v1/responses")
            else:
                self._answer(200, whole(body))
        else:
            self._answer(
                501, {"error": {"message": "not built", "type": "not_implemented_error", "param": None, "code": "not_implemented"}}
            )

    def _answer(self, status: int, content: Any, *, kind: str = "application/json") -> None:
        data = content.encode() if isinstance(content, str) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("x-request-id", "req_0")
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, events: Iterable[dict[str, Any]], *, is_named: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for event in events:
            name = f"event: {event['type']}\n" if is_named else ""
            self.wfile.write(f"{name}data: {json.dumps(event)}\n\n".encode())
        if not is_named:
            self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
