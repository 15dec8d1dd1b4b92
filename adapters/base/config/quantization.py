"""Which quantised weights are read: MLX's own, with what mlx-lm says of them in config.json."""

from typing import Any

from adapters.base.config.section import Section

OTHERS_FILE = "hf_quant_config.json"  # of NVIDIA's ModelOpt
MODES = ("affine", "mxfp4", "mxfp8", "nvfp4")
WIDTHS = range(2, 9)  # bits of a weight
MOST_A_GROUP = 128  # weights


def read_quantization(whole: Section, text: Section) -> dict[str, object] | None:
    """Give what config.json says of quantised weights; None where they are as they were trained."""
    told = [value for name in ("quantization", "quantization_config") for one in _each(whole, text) if (value := _take(one, name))]
    for one in _each(whole, text):
        if one.take("compression_config"):
            one.fault("compression_config", "none: weights that other software quantised are not read")
    if any(value != told[0] for value in told):
        whole.fault("quantization_config", "what quantization says")
    return told[0] if told else None


def _each(whole: Section, text: Section) -> tuple[Section, ...]:
    return (whole,) if whole is text else (whole, text)


def _take(section: Section, name: str) -> dict[str, object] | None:
    """Give one object that is MLX's; note one that is another's as a fault."""
    value = section.take(name)
    if not value:
        return None
    if isinstance(value, dict) and "quant_method" in value:
        section.fault(name, "MLX's own: weights that other software quantised are not read; serve the model as it was, or one for MLX")
    elif not isinstance(value, dict) or not _is_whole(value):
        section.fault(name, "group_size and bits, and for each exception the same, true or false, by the name of its layer")
    else:
        return value
    return None


def _is_whole(value: dict[str, Any]) -> bool:
    if not _is_setting(value) or value.get("mode", "affine") not in MODES:
        return False
    exceptions = (one for name, one in value.items() if name not in ("group_size", "bits", "mode"))
    return all(isinstance(one, bool) or (isinstance(one, dict) and _is_setting(one)) for one in exceptions)


def _is_setting(value: dict[str, Any]) -> bool:
    bits, size = value.get("bits"), value.get("group_size")
    return type(bits) is int and bits in WIDTHS and type(size) is int and 1 <= size <= MOST_A_GROUP
