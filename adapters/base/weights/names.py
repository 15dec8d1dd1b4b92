"""What the tensors of a Gemma 3 are called: of a whole model or its trunk, by transformers before its release 4.52 and since."""

LANGUAGE_MODEL = "language_model"
VISION = ("vision_tower.", "multi_modal_projector.")
OF_TRUNK = ("embed_tokens.", "layers.", "norm.")  # without `model.`, where transformers saved what is under a head
OF_MODULES = {"model.language_model.": f"{LANGUAGE_MODEL}.model.", "lm_head.": f"{LANGUAGE_MODEL}.lm_head."}
ROTATION, FREQUENCIES = "rotary_emb", "inv_freq"


def name_text(name: str) -> str:
    """Give the name that a tensor of a model without a vision tower has in a whole one."""
    return f"model.{name}" if name.startswith(OF_TRUNK) else name


def name_nested(name: str) -> str:
    """Give the name that a tensor of a nested model has under `language_model`, or beside it."""
    for theirs, ours in OF_MODULES.items():
        if name.startswith(theirs):
            return ours + name.removeprefix(theirs)
    if (within := name.removeprefix(f"{LANGUAGE_MODEL}.")) != name:
        return f"{LANGUAGE_MODEL}.{name_text(within)}"
    own = name.removeprefix("model.")
    return own if is_of_vision(own) else name


def name_as_text(name: str, *, is_nested: bool) -> str | None:
    """Give the name that a tensor of the text model has in one that stands by itself; None for any other tensor."""
    own = name_nested(name) if is_nested else name_text(name)
    if is_derived(own) or (is_nested and is_of_vision(own)):
        return None
    return own.removeprefix(f"{LANGUAGE_MODEL}.") if is_nested else own


def is_of_vision(name: str) -> bool:
    """Say whether a tensor is for images."""
    return name.startswith(VISION)


def is_derived(name: str) -> bool:
    """Say whether a tensor holds a rotation's frequencies, which the configuration tells too, and transformers reads there alone."""
    *modules, last = name.split(".")
    return last.endswith(FREQUENCIES) and any(module.startswith(ROTATION) for module in modules)
