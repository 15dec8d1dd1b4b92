#!/usr/bin/env bash
# The good guess: lm-eval sends the stops that a task names (`until`), or cuts the answers at them itself; by `local-completions` and by
# `local-chat-completions` an answer ends at the same place.
#
# What happens: the chat backend sends the first four stops, the number that OpenAI takes, to whatever server it is given, and drops the
# rest without a word; it does not cut the answer afterwards either. `local-completions` sends all. Of lm-eval's own tasks humaneval has five
# ("\nclass", "\ndef", "\n#", "\nif", "\nprint"): by chat nothing ends at "\nprint", and what the model writes behind it is run as part of
# the solution. The end of the sequence that is added to the stops comes last, so it is dropped as well.
#
# Seen with: lm-eval[api] 0.4.13, Python 3.11, a stand-in that cuts where it is asked to. Why it matters to candor's users: a coding score
# by chat can differ from one by completions for a reason that stands in no log; candor takes up to 64 stops, and gets four.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "lm-eval[api]==0.4.13"
cat > "$work/seen.py" <<'PY'
import importlib.util
import json
import logging
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from lm_eval.api.instance import Instance
from lm_eval.models.api_models import JsonChatStr
from lm_eval.models.openai_completions import LocalChatCompletion, LocalCompletionsAPI

WRITTEN = "    return a + b\nprint(add(1, 2))"


class StandIn(BaseHTTPRequestHandler):
    """Says one text, cut at the first of the stops that it is sent."""

    asked = None

    def do_POST(self):
        StandIn.asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        text = WRITTEN
        for stop in StandIn.asked["stop"]:
            text = text.split(stop)[0]
        choice = {"index": 0, "finish_reason": "stop", "text": text, "message": {"role": "assistant", "content": text}}
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps({"choices": [choice]}).encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
threading.Thread(target=server.serve_forever, daemon=True).start()
messages = []
logging.getLogger("lm_eval").addHandler(type("Kept", (logging.Handler,), {"emit": lambda self, record: messages.append(record.getMessage())})())

task = (Path(importlib.util.find_spec("lm_eval").origin).parent / "tasks/humaneval/humaneval.yaml").read_text()
until = [json.loads(line.split("- ")[1]) for line in task.split("until:\n")[1].split("\n") if line.strip().startswith('- "')]
print("humaneval's stops:", until)
assert len(until) == 5 and until[-1] == "\nprint"


def show(name, model, prompt):
    request = Instance(request_type="generate_until", doc={}, arguments=(prompt, {"until": list(until), "do_sample": False}), idx=0)
    [answer] = model.generate_until([request], disable_tqdm=True)
    print(f"{name}: sent {StandIn.asked['stop']}, answer {answer!r}")
    return StandIn.asked["stop"], answer


url = f"http://127.0.0.1:{server.server_port}/v1"
completions = LocalCompletionsAPI(base_url=f"{url}/completions", model="m", tokenizer_backend="none", eos_string="<eos>")
chat = LocalChatCompletion(base_url=f"{url}/chat/completions", model="m", eos_string="<eos>")
messages.clear()
assert show("local-completions", completions, "def add(a, b):\n") == ([*until, "<eos>"], "    return a + b")
conversation = JsonChatStr(json.dumps([{"role": "user", "content": "Complete: def add(a, b):"}]))
assert show("local-chat-completions", chat, conversation) == (until[:4], WRITTEN)
print("said on the way:", messages)
assert not any("stop" in message.lower() for message in messages), "it says so now"
server.shutdown()
PY
"$work/venv/bin/python" "$work/seen.py" 2> "$work/errors" || { cat "$work/errors"; exit 1; }
