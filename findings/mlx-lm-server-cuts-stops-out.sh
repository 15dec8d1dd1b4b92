#!/usr/bin/env bash
# The good guess: a stop string ends the answer before it, wherever it appears in the text; a server that cannot see it inside a token
# would miss it and give the text as it is.
#
# What happens: mlx_lm.server looks for a stop twice, in two ways. The end is found by token ids, those of the stop encoded alone, so "ing"
# is not seen in the token " going". The text is searched as well, letter by letter, and there a found stop is taken out and nothing ends:
# the letters vanish from the middle of the sentence and the answer goes on behind them, to its ordinary end. "I am going home." under
# `stop: ["ing"]` is " am go home.", a text that the model never wrote, whole and streamed alike. A stop that happens to be one whole
# token does what it says.
#
# Seen with: mlx-lm 0.32.2, mlx[cpu] 0.32.4, Python 3.11, Linux, a model made here whose each token is followed by a fixed one. Why it matters
# to candor's users: answers compared between the two servers differ by letters, and what scores them sees words that nobody said.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
    "mlx[cpu]==0.32.4" "mlx-lm==0.32.2" "transformers==5.24.0" "tokenizers==0.23.3"
cat > "$work/seen.py" <<'PY'
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import mlx.core as mx
from tokenizers import Tokenizer, decoders, models
from transformers import PreTrainedTokenizerFast

FOLDER = Path(sys.argv[1]) / "model"
SENTENCE = ["I", " am", " going", " home", ".", "<eos>"]
PIECES = ["<unk>", *SENTENCE, *"amgoinghe "]
PIECES = list(dict.fromkeys(PIECES))
SIZE = 32

letters = Tokenizer(models.Unigram([(piece, -1.0) for piece in PIECES], unk_id=0, byte_fallback=False))
letters.decoder = decoders.Fuse()
PreTrainedTokenizerFast(tokenizer_object=letters, eos_token="<eos>", unk_token="<unk>").save_pretrained(FOLDER)

# Nothing but the last matrix: the state of a token is itself, and its successor has the largest logit.
following = {PIECES.index(one): PIECES.index(after) for one, after in zip(SENTENCE, SENTENCE[1:])}
head = mx.zeros((len(PIECES), SIZE))
for one, after in following.items():
    head[after, one] = 1.0
zeros = {name: mx.zeros((SIZE, SIZE)) for name in (
    *(f"self_attn.{part}_proj" for part in "qkvo"), *(f"mlp.{part}_proj" for part in ("gate", "up", "down")))}
weights = {"model.embed_tokens.weight": mx.eye(len(PIECES), SIZE), "lm_head.weight": head, "model.norm.weight": mx.ones(SIZE)}
weights |= {f"model.layers.0.{name}.weight": matrix for name, matrix in zeros.items()}
weights |= {f"model.layers.0.{name}_layernorm.weight": mx.ones(SIZE) for name in ("input", "post_attention")}
mx.save_safetensors(str(FOLDER / "model.safetensors"), weights, metadata={"format": "mlx"})
(FOLDER / "config.json").write_text(json.dumps({
    "model_type": "llama", "hidden_size": SIZE, "num_hidden_layers": 1, "intermediate_size": SIZE, "num_attention_heads": 1, "rms_norm_eps": 1e-6,
    "vocab_size": len(PIECES), "tie_word_embeddings": False, "eos_token_id": PIECES.index("<eos>"), "max_position_embeddings": 128}))

with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
url = f"http://127.0.0.1:{port}"


def ask(stop, stream):
    body = {"model": "default_model", "prompt": "I", "max_tokens": 20, "temperature": 0, "stop": stop, "stream": stream}
    with urlopen(Request(f"{url}/v1/completions", json.dumps(body).encode(), {"Content-Type": "application/json"}), timeout=60) as answer:
        if not stream:
            return json.load(answer)["choices"][0]["text"]
        lines = [line.decode().removeprefix("data: ") for line in answer if line.startswith(b"data: ")]
    return "".join(json.loads(line)["choices"][0]["text"] for line in lines if "[DONE]" not in line and json.loads(line)["choices"])


with (FOLDER / "log").open("w") as log, subprocess.Popen(
        [sys.executable, "-m", "mlx_lm.server", "--model", str(FOLDER), "--host", "127.0.0.1", "--port", str(port)], stdout=log, stderr=log,
        env={**os.environ, "HF_HUB_OFFLINE": "1"}) as server:
    try:
        for _ in range(240):
            try:
                urlopen(f"{url}/health", timeout=5).read()
                break
            except (URLError, OSError):
                assert server.poll() is None, (FOLDER / "log").read_text()[-2000:]
                time.sleep(0.25)
        print("'ing' alone:", letters.encode("ing").tokens, "- the sentence:", letters.encode("I am going home.").tokens)
        for stop, expected in ((None, " am going home."), (" home", " am going"), ("ing", " am go home."), ("go", " am ing home."),
                               ("going home", " am .")):
            for stream in (False, True):
                seen = ask([stop] if stop else None, stream)
                print(f"stop {stop!r}, {'streamed' if stream else 'whole'}: {seen!r}")
                assert seen == expected
    finally:
        server.terminate()
PY
"$work/venv/bin/python" "$work/seen.py" "$work"
