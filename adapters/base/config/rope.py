"""How a config.json says that positions are rotated, in three generations of keys, read as transformers 5 reads them.

First `rope_theta`, `rope_local_base_freq` and `rope_scaling` for the global layers; since transformers 5 `rope_parameters`, by kind of
layer. Where both stand, they must agree.
"""

from adapters.base.config.keys import DEFAULTS
from adapters.base.config.section import Section
from adapters.base.config.structs import Rope

GLOBAL, SLIDING = "full_attention", "sliding_attention"
INERT = ("original_max_position_embeddings",)  # of other ways to scale


def read_ropes(section: Section) -> tuple[Rope, Rope]:
    """Give the rotations of the global layers and of the sliding ones."""
    by_kind = section.open("rope_parameters")
    global_rope = _read_kind(section, by_kind, GLOBAL, "rope_theta")
    local_rope = _read_kind(section, by_kind, SLIDING, "rope_local_base_freq")
    scaling = section.open("rope_scaling")
    if any(True for _ in scaling.left_over()):
        global_rope = _agree_on_scaling(section, scaling, global_rope, is_told=GLOBAL in by_kind)
    if any(True for _ in by_kind.left_over()) and _read_rope(by_kind, base=DEFAULTS["rope_theta"]) != global_rope:
        section.fault("rope_parameters", f"an object for {GLOBAL} and one for {SLIDING}: beside them transformers reads nothing")
    return global_rope, local_rope


def _read_kind(section: Section, by_kind: Section, kind: str, base_name: str) -> Rope:
    own = by_kind.open(kind)
    base = section.take_number(base_name, DEFAULTS[base_name])
    rope = _read_rope(own, base=base)
    if base_name in section and rope.base != base:
        section.fault(base_name, f"{rope.base}, as rope_parameters.{kind} says")
    return rope


def _agree_on_scaling(section: Section, scaling: Section, told: Rope, *, is_told: bool) -> Rope:
    """Give the rotation with `rope_scaling`, which says what `rope_parameters` does, or stands alone."""
    if "type" in scaling and "rope_type" not in scaling:
        section.fault("rope_scaling", 'its type under the name of "rope_type": transformers 5 does not read "type", though mlx-lm does')
    rope = _read_rope(scaling, base=told.base)
    if is_told and rope != told:
        section.fault("rope_scaling", f"the same as rope_parameters.{GLOBAL}: delete one of them")
    return rope


def _read_rope(section: Section, *, base: float) -> Rope:
    """Read what one object says of a rotation."""
    kind = section.take("rope_type", section.take("type", "default"))
    if "type" in section and section.take("type") != kind:
        section.fault("type", f"{kind!r}, as rope_type says")
    if kind not in ("default", "linear"):
        section.fault("rope_type", "'default' or 'linear': other ways are not computed here")
    theta = section.take_number("rope_theta", base) if section.take("rope_theta") is not None else base
    factor = section.take_number("factor", None) if kind == "linear" else 1.0
    if kind == "default" and section.take("factor") not in (None, 1):
        section.fault("factor", "none beside rope_type 'default'")
    if section.take("partial_rotary_factor") not in (None, 1):
        section.fault("partial_rotary_factor", "1: all of each head is rotated")
    for name, value in section.left_over():
        if value is not None and name not in INERT and kind in ("default", "linear"):
            section.fault(name, "no such key")
    return Rope(base=theta, factor=factor)
