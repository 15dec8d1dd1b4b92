#!/usr/bin/env bash
# The good guess: a Gemma 3 whose config.json scales the rotation of its global layers by "rope_scaling": {"type": "linear", "factor": 8}
# is scaled so by transformers, or refused. "type" is the older spelling of "rope_type", which transformers 5 understands for other models.
#
# What happens: transformers 4 refuses it, naming the key that is missing. transformers 5 merges the object into a default that has
# "rope_type": "default" already, so "type" is carried along and never read: the factor of 8 is gone, without a word, and so it is from
# what it saves. For Llama, and inside "rope_parameters" by kind of layer, "type" is understood. A flat "rope_parameters" is lost in the
# same way.
#
# Seen with: transformers 4.57.6 and 5.24.0, Python 3.11. Why it matters to candor's users: such a model is another one in long texts under
# transformers 5 than under mlx-lm 0.32.2, which reads "type". candor refuses both spellings by name, with what to write instead.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for version in 4.57.6 5.24.0; do
  python3 -m venv "$work/$version"
  "$work/$version/bin/pip" install --quiet --disable-pip-version-check "transformers==$version"
done
cat > "$work/read.py" <<'PY'
import json
import sys
from pathlib import Path

from transformers import AutoConfig, __version__

SCALED = {"type": "linear", "factor": 8.0}


def read(config):
    """What is made of a config.json, as transformers saves it again."""
    folder = Path(sys.argv[1])
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"num_hidden_layers": 6, **config}))
    return AutoConfig.from_pretrained(folder)


def of_global_layers(config):
    """The rotation of Gemma 3's global layers."""
    newer = getattr(config, "rope_parameters", None)
    return newer["full_attention"] if newer else config.rope_scaling


def of_gemma():
    """The same of the older spelling; None where it is refused."""
    try:
        return of_global_layers(read({"model_type": "gemma3_text", "rope_scaling": SCALED}))
    except KeyError as exc:
        print(f"transformers {__version__}: {exc}")
    return None


gemma = of_gemma()
if __version__.startswith("4."):
    assert gemma is None, "transformers 4 takes it"
else:
    assert gemma is not None, "it is refused now"
    print(f"transformers {__version__}: {gemma}")
    assert gemma["rope_type"] == "default", "it is understood now"
    flat = of_global_layers(read({"model_type": "gemma3_text", "rope_parameters": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1e6}}))
    by_kind = of_global_layers(read({"model_type": "gemma3_text", "rope_parameters": {"full_attention": SCALED}}))
    llama = read({"model_type": "llama", "rope_scaling": SCALED}).rope_parameters
    print(f"flat rope_parameters: {flat}\nby kind of layer: {by_kind}\nLlama's rope_scaling: {llama}")
    assert flat["rope_type"] == "default", "a flat object is read now"
    assert by_kind["rope_type"] == "linear" and llama["rope_type"] == "linear", "it is understood nowhere"
PY
for version in 4.57.6 5.24.0; do
  "$work/$version/bin/python" "$work/read.py" "$work/model" 2> "$work/errors" || { cat "$work/errors"; exit 1; }
done
