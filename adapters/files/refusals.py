"""Which kinds of adapter are not served, and why: said by name rather than served wrongly."""

import re
from collections.abc import Iterable, Sequence

FULL = "it was trained in full (fine_tune_type 'full'): it is a model of its own. Serve it with --model"
MODEL = "its adapter_config.json is a model's configuration, as mlx-lm-lora writes it after training in full. Serve the model with --model"
EMBEDDINGS = "only attention and MLP projections are served: Gemma 3's one embedding table is both its input and its output"
COPIED = "trained or only copied: if it was not trained, save the adapter anew with save_embedding_layers=False"

_TABLES = ("embed_tokens", "lm_head")
_OF_AN_ADAPTER = re.compile(r".+\.lora_[AB](?:\.(?P<name>[^.]+))?\.weight")


def find_refused(names: Iterable[str]) -> list[str]:
    """Give a reason for each kind of tensor among these names that is not served."""
    names = list(names)
    found = {table: [name for name in names if table in name.split(".")] for table in _TABLES}
    reasons = [_say(table, of_table) for table, of_table in found.items() if of_table]
    if biases := [name for name in names if name.endswith(".bias")]:
        reasons.append(f"it holds biases ({biases[0]}{_and_more(biases)}), and Gemma 3's layers have none")
    adapters = sorted({match["name"] or "" for match in map(_OF_AN_ADAPTER.fullmatch, names) if match})
    if len(adapters) > 1:
        reasons.append(f"its file holds several adapters ({', '.join(map(repr, adapters))}): save each by itself")
    return reasons


def _say(table: str, names: Sequence[str]) -> str:
    if all(name.endswith(f"{table}.weight") for name in names):
        return f"it stores the whole of {table} ({names[0]}), {COPIED}"
    return f"it updates {table} ({names[0]}{_and_more(names)}), but {EMBEDDINGS}"


def _and_more(names: Sequence[str]) -> str:
    return f" and {len(names) - 1} more" if names[1:] else ""
