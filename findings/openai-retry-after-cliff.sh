#!/usr/bin/env bash
# The good guess: a server that says `Retry-After` is asked again after that time, or at the latest after the client's own longest pause
# (eight seconds); a larger number makes a client more patient; and no call takes much longer than `timeout` times the number of tries.
#
# What happens: openai waits exactly what it is told, up to 120 seconds, and each wait comes on top of the timeout: with `timeout=5` a call
# can take four minutes. From 121 on it does not wait at all and gives up after the first try, as if `max_retries` were 0. So 120 brings
# three tries and 121 brings one. "0" counts as nothing said: it waits its own half second. The message is the server's; of the retries
# that were left out only a debug line tells.
#
# Seen with: openai 3.57.0, Python 3.11. Why it matters to candor's users: a loading model or a full queue has to name a time; whoever names
# the true one for a big model, three minutes, turns off the retries of each client of this SDK, while two minutes keep them.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "openai==3.57.0"
cat > "$work/seen.py" <<'PY'
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import openai


class StandIn(BaseHTTPRequestHandler):
    """Always busy."""

    num_asked = 0
    retry_after = None

    def do_POST(self):
        StandIn.num_asked += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(503)
        if StandIn.retry_after is not None:
            self.send_header("Retry-After", StandIn.retry_after)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps({"error": {"message": "The model is loading."}}).encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
threading.Thread(target=server.serve_forever, daemon=True).start()
waits, sleep = [], time.sleep
time.sleep = waits.append  # the pauses are kept, not slept
client = openai.OpenAI(api_key="none", base_url=f"http://127.0.0.1:{server.server_port}/v1", timeout=5)
assert client.max_retries == 2


def show(retry_after):
    StandIn.num_asked, StandIn.retry_after = 0, retry_after
    waits.clear()
    try:
        client.chat.completions.create(model="m", messages=[{"role": "user", "content": "hi"}])
        raise SystemExit("it was answered")
    except openai.InternalServerError as error:
        waited = [one for one in waits if one > 0.1]
        print(f"Retry-After {retry_after!s:>5}: {StandIn.num_asked} tries, waits {[round(one, 1) for one in waited]}, {error}")
    return StandIn.num_asked, waited


for text in (None, "0"):
    tries, waited = show(text)
    assert tries == 3 and len(waited) == 2 and max(waited) < 3
for text in ("30", "120"):
    assert show(text) == (3, [float(text)] * 2)
for text in ("121", "180"):
    assert show(text) == (1, [])
server.shutdown()
PY
"$work/venv/bin/python" "$work/seen.py"
