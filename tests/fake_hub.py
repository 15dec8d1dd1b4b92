"""A Hugging Face in miniature: repositories with their files, over HTTP on this machine."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from huggingface_hub import constants

COMMIT = "0123456789abcdef0123456789abcdef01234567"
GATED, PRIVATE = "owner/gated", "owner/private"


class FakeHub(ThreadingHTTPServer):
    """Serves `repositories`, each at one commit, which `main` and `v1` name. `asked` lists what was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repositories: dict[str, dict[str, bytes]] = {}
        self.claimed: dict[str, int] = {}  # sizes in place of the true ones, by file
        self.asked: list[str] = []
        self.failure: int | None = None  # a status for whatever is asked
        self.url = f"http://127.0.0.1:{self.server_port}"

    def add(self, name: str, folder: Path, **others: bytes) -> None:
        """Take a folder's files, and others."""
        files = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
        self.repositories[name] = files | {name.replace("__", "."): content for name, content in others.items()}

    def fetched(self) -> set[str]:
        """Name the files whose content was asked for."""
        return {place.rpartition("/")[2] for place in self.asked if place.startswith("GET ") and "/resolve/" in place}


@contextmanager
def run_fake_hub(monkeypatch: pytest.MonkeyPatch, cache: Path) -> Iterator[FakeHub]:
    """Run one that huggingface_hub takes for the real one, with an empty cache."""
    hub = FakeHub()
    monkeypatch.setattr(constants, "ENDPOINT", hub.url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", hub.url + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    thread = threading.Thread(target=hub.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        thread.join()
        hub.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: FakeHub

    def do_GET(self) -> None:
        """Answer with the body."""
        self._answer(has_body=True)

    def do_HEAD(self) -> None:
        """Answer without it."""
        self._answer(has_body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _answer(self, *, has_body: bool) -> None:
        path = unquote(urlsplit(self.path).path)
        self.server.asked.append(f"{self.command} {path}")
        status, headers, body = self._find(path)
        self.send_response(status)
        for name, value in ({"content-length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        if has_body:
            self.wfile.write(body)

    def _find(self, path: str) -> tuple[int, dict[str, str], bytes]:
        if self.server.failure:
            return self.server.failure, {}, b""
        parts = path.removeprefix("/api/models").strip("/").split("/", 4)
        name = "/".join(parts[:2])
        if name == GATED:
            return 403, {"x-error-code": "GatedRepo"}, b""
        if len(parts) < 4 or name not in self.server.repositories:
            return 401, {"x-error-code": "RepoNotFound"}, b""
        if parts[3] not in ("main", "v1", COMMIT):
            return 404, {"x-error-code": "RevisionNotFound"}, b""
        files = self.server.repositories[name]
        match parts[2]:
            case "revision":
                return 200, {}, json.dumps({"id": name, "sha": COMMIT, "siblings": [{"rfilename": file} for file in files]}).encode()
            case "tree":
                return 200, {}, json.dumps([self._entry(file, content) for file, content in files.items()]).encode()
            case "resolve" if parts[4] in files:
                content = files[parts[4]]
                size = self.server.claimed.get(parts[4], len(content))
                return 200, {"etag": f'"{_hash(content)}"', "x-repo-commit": COMMIT, "content-length": str(size)}, content
        return 404, {"x-error-code": "EntryNotFound"}, b""

    def _entry(self, file: str, content: bytes) -> dict[str, object]:
        return {"type": "file", "path": file, "size": self.server.claimed.get(file, len(content)), "oid": _hash(content)}


def _hash(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()
