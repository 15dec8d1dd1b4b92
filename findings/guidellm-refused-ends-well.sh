#!/usr/bin/env bash
# The good guess: a benchmark whose every request was refused fails: a status other than 0, and the server's reason somewhere in the report.
#
# What happens: guidellm's default streams with `stream_options.continuous_usage_stats`, a field of vLLM's that no OpenAI SDK knows, so a
# server that checks fields answers 400 to each request. The run ends with status 0 and prints its tables, every rate and latency 0.0; one
# column says 3 errors, and no line says why. The answer's body is nowhere: the JSON report keeps "400 Bad Request" and a link to an
# encyclopedia of statuses, the console not even that. With `stream=false` the same server and the same prompts make a real report.
#
# Seen with: guidellm 0.8.1, Python 3.11 (its torch takes 6 GB and two minutes to install). Why it matters to candor's users: a pipeline
# that benchmarks each release keeps green files of zeros; look at `request_totals.errored` in the report, not at the status.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-cache-dir "guidellm==0.8.1"
cat > "$work/seen.py" <<'PY'
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

WORK, GUIDELLM = Path(sys.argv[1]), sys.argv[2]
REASON = "Unknown field: stream_options.continuous_usage_stats"


class StandIn(BaseHTTPRequestHandler):
    """Answers chats, except those with a field that it does not know."""

    asked = []

    def do_GET(self):
        self.answer(200, "application/json", json.dumps({"object": "list", "data": [{"id": "m", "object": "model"}]}))

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        StandIn.asked.append(body)
        if "continuous_usage_stats" in body.get("stream_options", {}):
            return self.answer(400, "application/json", json.dumps({"error": {"message": REASON, "type": "invalid_request_error"}}))
        usage = {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4}
        message = {"role": "assistant", "content": "hi"}
        self.answer(200, "application/json", json.dumps({"id": "c", "object": "chat.completion", "created": 1, "model": "m", "usage": usage,
                    "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}))

    def answer(self, status, kind, text):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
threading.Thread(target=server.serve_forever, daemon=True).start()
prompts, report = WORK / "prompts.jsonl", WORK / "report.json"
prompts.write_text("".join(json.dumps({"prompt": f"What is {one}?"}) + "\n" for one in ("honesty", "kindness", "candour")))


def run(backend=""):
    StandIn.asked.clear()
    ended = subprocess.run([
        GUIDELLM, "run", "--backend", f"kind=openai_http,target=http://127.0.0.1:{server.server_port}{backend}", "--profile", "kind=synchronous",
        "--constraint", "kind=max_requests,count=3", "--data", f"kind=json_file,path={prompts}", "--output", f"kind=json,path={report}", "--output", "kind=console",
        "--disable-progress"], cwd=WORK, env={**os.environ, "HF_HUB_OFFLINE": "1"}, capture_output=True, text=True)
    written = report.read_text()
    totals = json.loads(written)["benchmarks"][0]["metrics"]["request_totals"]
    console = ended.stdout + ended.stderr
    print(f"guidellm run{backend}: status {ended.returncode}, asked {len(StandIn.asked)}, totals {totals}, "
          f"the reason in the report {REASON in written}, on the console {REASON in console}; 400 in the report "
          f"{'400 Bad Request' in written}, on the console {'400 Bad' in console}")
    return ended, totals, written, console


ended, totals, written, console = run()
assert StandIn.asked[0]["stream_options"] == {"include_usage": True, "continuous_usage_stats": True}
assert ended.returncode == 0 and totals["errored"] == 3 and totals["successful"] == 0
assert REASON not in written + console and "400 Bad Request" in written and "400 Bad" not in console
ended, totals, written, console = run(backend=",stream=false")
assert ended.returncode == 0 and totals["successful"] == 3
server.shutdown()
PY
"$work/venv/bin/python" "$work/seen.py" "$work" "$work/venv/bin/guidellm"
