#!/usr/bin/env bash
# The good guess: openai's stream helpers put together what the chunks said, so `chat.completions.stream(...).get_final_completion()` has
# what `create(stream=True)` shows; and `responses.stream(...).get_final_response()` gives the response, whose status says how it ended.
#
# What happens: the chat helper takes a completion's own fields from the first chunk and never looks at them again, usage excepted. Fields
# that a server knows only at the end are gone: not only extras (`metadata`, a choice's own fields) but `service_tier` and
# `system_fingerprint`, which the SDK declares (vLLM sends the fingerprint with the last chunk only). The responses helper keeps a response
# only if it came with `response.completed`: one that ended with `response.incomplete`, at the token limit, makes
# `get_final_response()` raise "Didn't receive a `response.completed` event", though the event carried the whole response. With
# `create(stream=True)` everything is there in both.
#
# Seen with: openai 3.57.0, Python 3.11. Why it matters to candor's users: scores and provenance come with the last chunk, so a program
# that uses the helper sees none and nothing tells it so; and a long answer by the responses helper is an exception.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "openai==3.57.0"
cat > "$work/seen.py" <<'PY'
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from openai import OpenAI

CHUNK = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
CHAT = [
    {**CHUNK, "choices": [{"index": 0, "delta": {"role": "assistant", "content": "hi"}, "finish_reason": None}]},
    {**CHUNK, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop", "scores": {"a": 7}}], "metadata": {"lek": "7"},
     "system_fingerprint": "fp", "service_tier": "default"},
    {**CHUNK, "choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}},
]
RESPONSE = {"id": "r", "object": "response", "created_at": 1, "model": "m", "parallel_tool_calls": True, "tool_choice": "auto", "tools": []}
TEXT = {"type": "output_text", "text": "", "annotations": []}
ITEM = {"id": "i", "type": "message", "role": "assistant"}
PLACE = {"item_id": "i", "output_index": 0, "content_index": 0}


def response_events(status):
    said = {**ITEM, "status": status, "content": [{**TEXT, "text": "hi"}]}
    reason = {"reason": "max_output_tokens"} if status == "incomplete" else None
    return [
        {"type": "response.created", "response": {**RESPONSE, "status": "in_progress", "output": []}},
        {"type": "response.output_item.added", "output_index": 0, "item": {**ITEM, "status": "in_progress", "content": []}},
        {"type": "response.content_part.added", **PLACE, "part": TEXT},
        {"type": "response.output_text.delta", **PLACE, "delta": "hi", "logprobs": []},
        {"type": "response.output_text.done", **PLACE, "text": "hi", "logprobs": []},
        {"type": "response.content_part.done", **PLACE, "part": {**TEXT, "text": "hi"}},
        {"type": "response.output_item.done", "output_index": 0, "item": said},
        {"type": f"response.{status}", "response": {**RESPONSE, "status": status, "incomplete_details": reason, "output": [said]}},
    ]


class StandIn(BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        if "messages" in asked:
            text = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in CHAT) + "data: [DONE]\n\n"
        else:
            events = response_events("incomplete" if asked["max_output_tokens"] == 16 else "completed")
            text = "".join(
                f"event: {event['type']}\ndata: {json.dumps({**event, 'sequence_number': n})}\n\n" for n, event in enumerate(events))
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = OpenAI(api_key="none", base_url=f"http://127.0.0.1:{server.server_port}/v1")
asked = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}

last = [chunk for chunk in client.chat.completions.create(stream=True, **asked) if chunk.choices][-1]
with client.chat.completions.stream(**asked) as stream:
    final = stream.get_final_completion()
for name, one in (("create(stream=True), last chunk", last), ("stream(), final completion", final)):
    seen = one.system_fingerprint, one.service_tier, getattr(one, "metadata", None), one.choices[0].model_extra
    print(f"{name:<31} fingerprint {seen[0]}, tier {seen[1]}, metadata {seen[2]}, extras of the choice {seen[3]}")
    found = one is last
    assert seen == (("fp", "default", {"lek": "7"}, {"scores": {"a": 7}}) if found else (None, None, None, {}))
assert final.usage.total_tokens == 2 and final.choices[0].message.content == "hi"

with client.responses.stream(model="m", input="hi", max_output_tokens=99) as stream:
    assert stream.get_final_response().output_text == "hi"
try:
    with client.responses.stream(model="m", input="hi", max_output_tokens=16) as stream:
        raise SystemExit(f"it gives one now: {stream.get_final_response().status}")
except RuntimeError as error:
    print("responses.stream(), incomplete:", error)
*_, event = client.responses.create(model="m", input="hi", max_output_tokens=16, stream=True)
print("responses.create(stream=True):", event.type, event.response.incomplete_details, event.response.output_text)
assert event.type == "response.incomplete" and event.response.output_text == "hi"
server.shutdown()
PY
"$work/venv/bin/python" "$work/seen.py"
