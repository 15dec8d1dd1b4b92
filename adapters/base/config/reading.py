"""Read a model's config.json: every key is read, is known to change nothing, or is refused by name."""

from pathlib import Path
from typing import Any

from adapters.base.config.keys import DEFAULTS, SERVED, is_inert
from adapters.base.config.quantization import OTHERS_FILE, read_quantization
from adapters.base.config.rope import GLOBAL, SLIDING, read_ropes
from adapters.base.config.section import Section
from adapters.base.config.structs import LayerKinds, ModelConfig, TextConfig
from adapters.base.errors import ModelLoadError
from adapters.base.json_file import decode_json
from adapters.base.model_file import REMEDY, read_model_file

CONFIG_NAME = "config.json"
TEXT, NESTED = "gemma3_text", "gemma3"
MOST_LAYERS = 4096
DEFAULT_PATTERN = 6
MOST_FAULTS = 6  # that are told at once


def read_config(folder: Path) -> ModelConfig:
    """Read the config.json of a model's folder. Raises ModelLoadError with everything that is wrong with it."""
    values = _decode(folder)
    model_type = values.get("model_type")
    if model_type not in (TEXT, NESTED):
        raise ModelLoadError(f"{folder} holds a model of type {model_type!r}; candor serves Gemma 3: {TEXT} or {NESTED}")
    if (folder / OTHERS_FILE).exists():
        raise ModelLoadError(f"{folder} has {OTHERS_FILE}: weights that other software quantised are not read")
    faults: list[str] = []
    config = read_values(values, faults)
    if faults:
        more = f"; and {len(faults) - MOST_FAULTS} more" if len(faults) > MOST_FAULTS else ""
        raise ModelLoadError(f"{folder / CONFIG_NAME} describes no Gemma 3 that candor serves: {'; '.join(faults[:MOST_FAULTS])}{more}")
    return config


def read_values(values: dict[str, Any], faults: list[str]) -> ModelConfig:
    """Read what a config.json holds; what comes of one with faults is for nobody."""
    whole = Section(values, faults)
    is_nested = whole.take("model_type") == NESTED
    if is_nested and "text_config" not in whole:
        whole.fault("text_config", "the text model's sizes")
    section = whole.open("text_config") if is_nested else whole
    if is_nested and section.take("model_type", TEXT) != TEXT:
        section.fault("model_type", repr(TEXT))
    quantization = read_quantization(whole, section)
    is_tied = whole.take_flag("tie_word_embeddings", True)
    section.take("tie_word_embeddings")  # transformers goes by that of the whole
    text = _read_text(section, is_tied=is_tied, default_size=values.get("vocab_size", DEFAULTS["vocab_size"]))
    if is_nested:
        _check_beside(whole, values["text_config"] if isinstance(values.get("text_config"), dict) else {})
    for one in (whole, section) if is_nested else (whole,):
        _check_rest(one, faults)
    return ModelConfig(text=text, is_nested=is_nested, quantization=quantization)


def _decode(folder: Path) -> dict[str, Any]:
    file = folder / CONFIG_NAME
    try:
        if (content := read_model_file(file)) is not None:
            return decode_json(content, dict[str, Any])
    except ValueError as exc:
        raise ModelLoadError(f"{file} cannot be read: {exc}; {REMEDY}") from exc
    raise ModelLoadError(f"{folder} has no {CONFIG_NAME}: expected a model's folder")


def _read_text(section: Section, *, is_tied: bool, default_size: object) -> TextConfig:
    def count(name: str) -> int:
        return section.take_count(name, DEFAULTS[name])

    num_layers = section.take_count("num_hidden_layers", DEFAULTS["num_hidden_layers"], most=MOST_LAYERS)
    num_heads, num_kv_heads, head_dim = count("num_attention_heads"), count("num_key_value_heads"), count("head_dim")
    if num_heads % num_kv_heads:
        section.fault("num_key_value_heads", f"a divisor of num_attention_heads, which is {num_heads}")
    if head_dim % 2:
        section.fault("head_dim", "an even number: its two halves are rotated against each other")
    are_sliding = _read_kinds(section, num_layers)
    context_size = count("max_position_embeddings")
    slides_nowhere = not any(are_sliding) and section.take("sliding_window", 1) is None
    global_rope, local_rope = read_ropes(section)
    return TextConfig(
        vocabulary_size=section.take_count("vocab_size", default_size),  # mlx-lm's files have it beside `text_config`
        hidden_size=count("hidden_size"),
        intermediate_size=count("intermediate_size"),
        num_heads=num_heads,
        num_kv_heads=num_kv_heads,
        head_dim=head_dim,
        query_scalar=section.take_number("query_pre_attn_scalar", DEFAULTS["query_pre_attn_scalar"]),
        norm_eps=section.take_number("rms_norm_eps", DEFAULTS["rms_norm_eps"]),
        context_size=context_size,
        window=context_size if slides_nowhere else count("sliding_window"),
        are_sliding=are_sliding,
        global_rope=global_rope,
        local_rope=local_rope,
        is_tied=is_tied,
    )


def _read_kinds(section: Section, num_layers: int) -> LayerKinds:
    """Give the kind of each layer: listed, or every so many layers a global one."""
    listed = section.take("layer_types")
    is_told = section.take("sliding_window_pattern") is not None or (listed is None and "sliding_window_pattern" in section)
    pattern = section.take_count("sliding_window_pattern", DEFAULT_PATTERN) if is_told else DEFAULT_PATTERN
    by_pattern = tuple((layer + 1) % pattern != 0 for layer in range(num_layers))
    if listed is None:
        own = section.take("_sliding_window_pattern")
        if not is_told and own not in (None, DEFAULT_PATTERN):
            section.fault("_sliding_window_pattern", "layer_types, or sliding_window_pattern: transformers does not read this one")
        return by_pattern
    if not isinstance(listed, list) or len(listed) != num_layers or any(kind not in (SLIDING, GLOBAL) for kind in listed):
        section.fault("layer_types", f"{num_layers} of {SLIDING!r} and {GLOBAL!r}, one a layer")
        return by_pattern
    are_sliding = tuple(kind == SLIDING for kind in listed)
    if is_told and are_sliding != by_pattern:
        section.fault("sliding_window_pattern", "the order that layer_types has; transformers goes by layer_types, so delete this one")
    return are_sliding


def _check_beside(whole: Section, text: dict[str, Any]) -> None:
    """See that what stands beside `text_config`, where transformers does not look, says what stands in it."""
    for name, value in list(whole.left_over()):
        if name in text or name in DEFAULTS:
            default = value if name == "vocab_size" else DEFAULTS.get(name)
            if whole.take(name) != text.get(name, default) and not is_inert(name, value):
                whole.fault(name, f"what text_config says, {text.get(name, default)!r}: transformers reads it there")


def _check_rest(section: Section, faults: list[str]) -> None:
    """See that nothing is left that would change the model."""
    for name, value in section.left_over():
        if name in SERVED:
            if not any(value == served and isinstance(value, bool) == isinstance(served, bool) for served in SERVED[name]):
                section.fault(name, f"{SERVED[name][0]!r}: with another value it is another model, which candor does not compute")
        elif not is_inert(name, value):
            faults.append(f"{section.say(name)}, which candor does not know: delete it from {CONFIG_NAME} if it changes nothing")
