"""The names of Gemma 3's modules, however an adapter's file spells them.

An adapter trained on a nested Gemma 3 (4B and above) says where the text model stands, and not always alike: mlx-lm writes
`language_model.model.layers.…`, transformers before 4.52 the same, since then `model.language_model.layers.…`, and a text model
trained by itself `model.layers.…` or `layers.…`. In the text model they are all `model.layers.…`. What wraps a module for the
training (torch.compile, checkpointing, several devices) puts a word of its own into the name, which means nothing.
"""

import re
from collections.abc import Collection, Iterable

PROJECTIONS = (
    *(f"self_attn.{name}_proj" for name in "qkvo"),
    *(f"mlp.{name}_proj" for name in ("gate", "up", "down")),
)
COMPILED = "_orig_mod"

_WRAPPERS = {COMPILED, "module", "_checkpoint_wrapped_module", "_fsdp_wrapped_module", "_fpw_module", "_forward_module"}
_LAYER_MODULE = re.compile(r"(?:(?:model|language_model)\.)*(layers\.(?:0|[1-9][0-9]{0,2})\.[A-Za-z0-9_.]+)")


def name_in_text_model(written: str) -> str | None:
    """Name a module of a decoder layer as the text model does; None for any other module."""
    match = _LAYER_MODULE.fullmatch(without_wrappers(written))
    return f"model.{match[1]}" if match else None


def without_wrappers(written: str) -> str:
    """Take out of a name what wraps the modules."""
    return ".".join(word for word in written.split(".") if word not in _WRAPPERS)


def layer_of(module: str) -> int:
    """Give the number of the layer that a module as named in the text model belongs to."""
    return int(module.split(".")[2])


def endings(module: str) -> tuple[str, ...]:
    """List the names that a list of targets may call a module by: itself, and each end of it that begins after a dot."""
    parts = module.split(".")
    return tuple(".".join(parts[start:]) for start in range(len(parts)))


def targeted_modules(targets: Iterable[str], layers: Iterable[int]) -> Collection[str]:
    """List the projections in these layers that a list of targets names; targets that are no projection name nothing."""
    wanted = {name_in_text_model(target) or target for target in targets}
    modules = (f"model.layers.{layer}.{projection}" for layer in layers for projection in PROJECTIONS)
    return [module for module in modules if not wanted.isdisjoint(endings(module))]
