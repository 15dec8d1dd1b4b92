#!/usr/bin/env bash
# The good guess: a 404 is the client's fault, litellm's proxy hands it on, and the next request of anybody is answered; its cool-down is for
# backends that fail (429, 5xx). Who wants none sets `cooldown_time: 0`.
#
# What happens: one 404 from the backend, here for a route that it does not have, puts the deployment aside for five seconds. If it is the
# only one of its model, every chat of every user in that time is a 429 "No deployments available", though the backend is well and is not
# even asked. `cooldown_time: 0` is taken as unset: five seconds again. `disable_cooldowns: true` is the switch. The statuses that mean
# trouble elsewhere are harmless here: after a 501 the next chat is answered, and after a 400 too.
#
# Seen with: litellm[proxy] 1.108.7, Python 3.11. Why it matters to candor's users: a route that a server has not built, or an adapter
# that was unloaded a moment ago, takes the whole model away from all users of the proxy; candor answers 501 for unbuilt routes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "litellm[proxy]==1.108.7"
cat > "$work/seen.py" <<'PY'
import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

WORK, KEY = Path(sys.argv[1]), "sk-" + secrets.token_hex(24)
ANSWER = {"id": "c", "object": "chat.completion", "created": 1, "model": "m",
          "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
          "choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}]}


class StandIn(BaseHTTPRequestHandler):
    """A backend that has chats and nothing else."""

    unbuilt = 404
    num_chats = 0

    def do_GET(self):
        self.answer(200, {"object": "list", "data": [{"id": "m", "object": "model"}]})

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/v1/chat/completions":
            StandIn.num_chats += 1
            return self.answer(200, ANSWER)
        return self.answer(StandIn.unbuilt, {"error": {"message": "no such route", "type": "invalid_request_error", "param": None, "code": None}})

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_):
        pass


def asked(url, body=None):
    try:
        with urlopen(Request(url, json.dumps(body).encode() if body else None, {
                "Content-Type": "application/json", "Authorization": f"Bearer {KEY}"}), timeout=30) as answer:
            return answer.status, ""
    except HTTPError as error:
        return error.code, json.loads(error.read())["error"]["message"]


def run(settings, unbuilt):
    """What chats get after one request for another route, and how many seconds passed until one was answered again."""
    StandIn.unbuilt = unbuilt
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (WORK / "config.yaml").write_text(json.dumps({"router_settings": settings, "model_list": [
        {"model_name": "m", "litellm_params": {"model": "openai/m", "api_base": f"http://127.0.0.1:{backend.server_port}/v1", "api_key": "none"}}]}))
    command = [str(WORK / "venv/bin/litellm"), "--config", str(WORK / "config.yaml"), "--host", "127.0.0.1", "--port", str(port)]
    url = f"http://127.0.0.1:{port}"
    with (WORK / "log").open("w") as log, subprocess.Popen(
            command, stdout=log, stderr=log, cwd=WORK, env={**os.environ, "LITELLM_MASTER_KEY": KEY}) as proxy:
        try:
            for _ in range(240):
                try:
                    if asked(f"{url}/health/liveliness")[0] == 200:
                        break
                except (URLError, OSError):
                    assert proxy.poll() is None, (WORK / "log").read_text()[-2000:]
                time.sleep(0.25)
            chat = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
            assert asked(f"{url}/v1/chat/completions", chat)[0] == 200
            other = asked(f"{url}/v1/completions", {"model": "m", "prompt": "hi"})[0]
            began, before = time.monotonic(), StandIn.num_chats
            first, told = asked(f"{url}/v1/chat/completions", chat)
            reached = StandIn.num_chats > before
            while first == 429 and asked(f"{url}/v1/chat/completions", chat)[0] == 429 and time.monotonic() - began < 20:
                time.sleep(0.25)
            away = time.monotonic() - began if first == 429 else 0.0
            print(f"{settings}, backend {unbuilt}: /v1/completions {other}, the next chat {first} {told[:52]!r}, "
                  f"backend asked {reached}, answered again after {away:.1f} s")
            return first, reached, away
        finally:
            proxy.terminate()


backend = ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
threading.Thread(target=backend.serve_forever, daemon=True).start()
for settings in ({}, {"cooldown_time": 0}):
    first, reached, away = run(settings, 404)
    assert (first, reached) == (429, False) and 3 < away < 20
assert run({"disable_cooldowns": True}, 404)[:2] == (200, True)
for status in (501, 400):
    assert run({}, status)[:2] == (200, True)
backend.shutdown()
PY
"$work/venv/bin/python" "$work/seen.py" "$work"
