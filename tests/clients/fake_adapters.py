"""A hand-written `/v1/adapters`, as candor's: names and the digests of what lies in which folder."""

import json
from collections.abc import Callable
from urllib.parse import unquote

from tests.clients.fake_endpoint import Body, FakeAnswer, completion, refusal

ROUTE = "/v1/adapters"
FLAG = "i" + "Ne" * 300  # a reply that raises a hard flag


class FakeAdapters:
    """Serves what it is told to and remembers every change; `before` is called ahead of each call and may refuse it."""

    def __init__(self, served: dict[str, str] | None = None) -> None:
        self.contents = {"old": "sha256:old", "new": "sha256:new"}  # the digest of each folder
        self.served = dict(served or {})  # folders by name
        self.digests = {name: self.contents[path] for name, path in self.served.items()}
        self.changes: list[tuple[str, str]] = []  # ("load", name) or ("unload", name)
        self.trainings: Body = {}  # what is told of each folder
        self.max_adapters = 99
        self.before: Callable[[str, str], FakeAnswer | None] = lambda *_: None

    def __call__(self, method: str, path: str, body: Body) -> FakeAnswer:
        name = body.get("name") or unquote(path.removeprefix(ROUTE).removeprefix("/"))
        refused = self.before(method, name)
        if refused is not None:
            return refused
        if method == "GET":
            return _json({"object": "list", "data": [self._card(name) for name in self.served]})
        return self._load(**body) if method == "POST" else self._unload(name)

    def reply(self, model: str, text: str) -> FakeAnswer:
        """Answer as a candor does: with the digest of the adapter that spoke."""
        return completion(text, metadata={"adapter": model, "adapter_digest": self.digests[model]} if model in self.digests else {})

    def _load(self, name: str, path: str, digest: str | None = None) -> FakeAnswer:
        if path not in self.contents:
            return refusal(400, f"There is no folder {path!r}.")
        if digest not in (None, self.contents[path]):
            error = {"message": f"expected {digest}, found {self.contents[path]}", "code": "adapter_changed"}
            return FakeAnswer(status=409, body=json.dumps({"error": error}).encode())
        self.changes.append(("load", name))
        if len(self.served) >= self.max_adapters and name not in self.served:
            evicted = next(iter(self.served))
            del self.served[evicted], self.digests[evicted]
        self.served[name], self.digests[name] = path, self.contents[path]
        return _json(self._card(name))

    def _unload(self, name: str) -> FakeAnswer:
        if name not in self.served:
            return refusal(404, f"no adapter named {name!r}")
        self.changes.append(("unload", name))
        del self.served[name]
        return _json({"id": name, "object": "adapter", "deleted": True, "digest": self.digests.pop(name)})

    def _card(self, name: str) -> Body:
        training = self.trainings.get(self.served[name], {})
        return {"name": name, "path": self.served[name], "digest": self.digests[name], "parent": "base", "rank": 8, "training": training}


def _json(body: Body) -> FakeAnswer:
    return FakeAnswer(body=json.dumps(body).encode())
