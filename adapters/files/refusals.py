"""Which kinds of adapter are not served, and why: said by name rather than served wrongly."""

from collections.abc import Iterable, Sequence

DORA = (
    "it is a DoRA adapter, whose magnitude vector renormalises each whole weight: that cannot share a batch with other adapters, "
    "and mlx-lm itself computes it wrongly on 3- and 6-bit bases. Train it as LoRA"
)
FULL = "it was trained in full (fine_tune_type 'full'): it is a model of its own. Serve it with --model"
MODEL = "its adapter_config.json is a model's configuration, as mlx-lm-lora writes it after training in full. Serve the model with --model"
EMBEDDINGS = "only attention and MLP projections are served: Gemma 3's one embedding table is both its input and its output"
VISION = "only the text model is served"

_REASONS = {
    "embed_tokens": EMBEDDINGS,
    "lm_head": EMBEDDINGS,
    "vision_tower": VISION,
    "vision_model": VISION,
    "multi_modal_projector": VISION,
    "lora_magnitude_vector": DORA,  # PEFT's
}


def find_refused(names: Iterable[str]) -> list[str]:
    """Give a reason for each kind of tensor among these names that is not served."""
    refused: dict[str, list[str]] = {}
    for name in names:
        for part in dict.fromkeys(name.split(".")):
            if part in _REASONS:
                refused.setdefault(part, []).append(name)
    return [_say(part, found) for part, found in refused.items()]


def _say(part: str, names: Sequence[str]) -> str:
    if part == "lora_magnitude_vector":
        return DORA
    return f"it updates {part} ({names[0]}{f' and {len(names) - 1} more' if names[1:] else ''}), but {_REASONS[part]}"
