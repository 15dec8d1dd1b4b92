"""What the tensors of a nested Gemma 3 are called: under `language_model`, or as transformers' own modules are since its release 4.52."""

LANGUAGE_MODEL = "language_model"
VISION = ("vision_tower.", "multi_modal_projector.")
OF_MODULES = {"model.language_model.": f"{LANGUAGE_MODEL}.model.", "lm_head.": f"{LANGUAGE_MODEL}.lm_head."}


def name_nested(name: str) -> str:
    """Give the name that a tensor of a nested model has under `language_model`, or beside it."""
    for theirs, ours in OF_MODULES.items():
        if name.startswith(theirs):
            return ours + name.removeprefix(theirs)
    own = name.removeprefix("model.")
    return own if is_of_vision(own) else name


def is_of_vision(name: str) -> bool:
    """Say whether a tensor is for images."""
    return name.startswith(VISION)
