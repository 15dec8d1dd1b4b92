#!/usr/bin/env bash
# The good guess: lm-eval asks a server by `local-completions` what it asks a model in its own process, so both give one number. If a model
# needs `<bos>`, the tokenizer knows; if not, `add_bos_token=True` says it.
#
# What happens: in its own process the tokenizer's default holds (read in its source), for Gemma a `<bos>` first. For a server each prompt
# is encoded without special tokens, so the ids that are sent start with the text. `add_bos_token=True` cures that with a local tokenizer. If the
# server offers `/tokenizer_info` and `/tokenize`, lm-eval takes those by itself, and then the same option is taken and has no effect, with
# no message: the remote tokenizer always asks for `add_special_tokens: false`. `tokenized_requests=False` sends text, to which a server
# adds `<bos>`; but the context's length was counted without, so each sum holds the last token of the context as well.
#
# Seen with: lm-eval[api] 0.4.13, transformers 5.24.0, Python 3.11, a stand-in for the server and a tokenizer of letters made here. Why it
# matters to candor's users: Gemma without `<bos>` is another and much worse model; a task by API and the same task in-process differ, and
# neither says why. Set `add_bos_token=True` and a local `tokenizer`, with `tokenizer_backend=huggingface`.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "lm-eval[api]==0.4.13" "transformers==5.24.0" "jinja2==3.1.6"
cat > "$work/seen.py" <<'PY'
import json
import logging
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from lm_eval.api.instance import Instance
from lm_eval.models.openai_completions import LocalCompletionsAPI
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import AutoTokenizer, PreTrainedTokenizerFast

FOLDER, CONTEXT, CONTINUATION = Path(sys.argv[1]) / "tokenizer", "sky:", "blue"
BOS = 0
letters = Tokenizer(models.WordLevel({piece: n for n, piece in enumerate(["<bos>", "<eos>", *"sky:blue"[:5], "l", "u", "e"])}, unk_token="<eos>"))
letters.pre_tokenizer = pre_tokenizers.Split("", "isolated")
letters.decoder = decoders.Fuse()
letters.post_processor = processors.TemplateProcessing(single="<bos> $A", special_tokens=[("<bos>", BOS)])
PreTrainedTokenizerFast(tokenizer_object=letters, bos_token="<bos>", eos_token="<eos>").save_pretrained(FOLDER)
tokenizer = AutoTokenizer.from_pretrained(FOLDER)
assert tokenizer(CONTEXT).input_ids[0] == BOS and len(tokenizer(CONTEXT).input_ids) == 5


class StandIn(BaseHTTPRequestHandler):
    """Letters of the context are worth -100 each, those of the continuation -1; it keeps what it was asked."""

    asked = []
    has_tokenizer = True

    def do_GET(self):
        known = self.path == "/tokenizer_info" and StandIn.has_tokenizer
        self.answer(200 if known else 404, {"eos_token": "<eos>", "bos_token": "<bos>"})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/tokenize":
            return self.answer(200, {"tokens": tokenizer(body["prompt"], add_special_tokens=body["add_special_tokens"]).input_ids})
        StandIn.asked.append(body["prompt"])
        prompt = body["prompt"]
        ids = tokenizer(prompt).input_ids if isinstance(prompt, str) else prompt[0]
        worth = [-100.0] * (len(ids) - len(CONTINUATION)) + [-1.0] * len(CONTINUATION) + [-0.5]
        tokens = [*tokenizer.convert_ids_to_tokens(ids), "x"]
        self.answer(200, {"choices": [{"index": 0, "text": "", "logprobs": {
            "tokens": tokens, "token_logprobs": [None, *worth[1:]], "top_logprobs": [None, *({t: w} for t, w in zip(tokens[1:], worth[1:]))]}}]})

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
threading.Thread(target=server.serve_forever, daemon=True).start()
messages = []
logging.getLogger("lm_eval").addHandler(type("Kept", (logging.Handler,), {"emit": lambda self, record: messages.append(record.getMessage())})())


def show(name, has_tokenizer, expected, **options):
    StandIn.has_tokenizer = has_tokenizer
    messages.clear()
    model = LocalCompletionsAPI(base_url=f"http://127.0.0.1:{server.server_port}/v1/completions", model="m", **options)
    request = Instance(request_type="loglikelihood", doc={}, arguments=(CONTEXT, CONTINUATION), idx=0)
    [(total, _)] = model.loglikelihood([request], disable_tqdm=True)
    prompt = StandIn.asked[-1]
    starts = prompt if isinstance(prompt, str) else tokenizer.convert_ids_to_tokens(prompt[0])[:3]
    print(f"{name:<46} sent {starts!s:<23} log-likelihood {total}")
    assert (starts, total) == expected
    assert not any("bos" in message.lower() for message in messages), "it says so now"


local = {"tokenizer": str(FOLDER), "tokenizer_backend": "huggingface"}
bare, with_bos = ["s", "k", "y"], ["<bos>", "s", "k"]
print("the tokenizer by itself:", tokenizer.convert_ids_to_tokens(tokenizer(CONTEXT).input_ids)[:3])
show("local tokenizer", False, (bare, -4.0), **local)
show("local tokenizer, add_bos_token=True", False, (with_bos, -4.0), add_bos_token=True, **local)
show("the server's tokenizer", True, (bare, -4.0))
show("the server's tokenizer, add_bos_token=True", True, (bare, -4.0), add_bos_token=True)
show("local tokenizer, tokenized_requests=False", False, (CONTEXT + CONTINUATION, -104.0), tokenized_requests=False, **local)
server.shutdown()
PY
"$work/venv/bin/python" "$work/seen.py" "$work" 2> "$work/errors" || { cat "$work/errors"; exit 1; }
