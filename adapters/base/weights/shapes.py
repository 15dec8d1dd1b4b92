"""Whether the weights in the files are those that a model's configuration tells of, held against their headers."""

import re
from collections.abc import Iterator, Mapping

from adapters.base.config.structs import ModelConfig, TextConfig
from adapters.base.errors import ModelLoadError
from adapters.base.shape import BaseShape
from adapters.base.weights.files import StoredTensor
from adapters.base.weights.names import LANGUAGE_MODEL, name_as_text

Shape = tuple[int, ...]

FLOATS = ("F32", "F16", "BF16")
LAYER = re.compile(r"model\.layers\.(\d+)\.")
HEAD, EMBEDDING = "lm_head", "model.embed_tokens"
MOST_TOLD = 4
WORD_BITS = 32  # that quantised weights are packed into


def check_shapes(config: ModelConfig, tensors: Mapping[str, StoredTensor], *, where: str) -> bool:
    """See that every tensor of the text model is there, as large as it must be, and that there is no other.

    Gives whether the model has a head beside its embedding. Raises ModelLoadError with the first misfits and their number.
    """
    misfits: list[str] = []
    found = _name_as_text(config, tensors, misfits)
    num_layers = 1 + max((int(match[1]) for name in found if (match := LAYER.match(name))), default=-1)
    has_head = f"{HEAD}.weight" in found
    if not num_layers and not misfits:
        misfits.append(f"no tensor is of a layer, as model.layers.0.… would be: there is {next(iter(tensors), 'none')}")
    elif num_layers != config.text.num_layers:
        misfits.append(f"there are {num_layers} layers, but num_hidden_layers is {config.text.num_layers}")
    elif not has_head and not config.text.is_tied:
        misfits.append(f"there is no {HEAD}.weight, but tie_word_embeddings is false")
    elif not misfits:
        misfits += _compare(config, found, has_head=has_head)
    if misfits:
        more = f"; and {len(misfits) - MOST_TOLD} more" if len(misfits) > MOST_TOLD else ""
        raise ModelLoadError(f"the weights in {where} are not those that its config.json tells of: {'; '.join(misfits[:MOST_TOLD])}{more}")
    return has_head


def find_base_shape(config: TextConfig) -> BaseShape:
    """Give what an adapter must fit, without loading the model."""
    weights = {name.removesuffix(".weight"): shape for name, shape in _list_shapes(config, has_head=False) if name != f"{EMBEDDING}.weight"}
    linears = {name: (shape[1], shape[0]) for name, shape in weights.items() if len(shape) == 2}
    return BaseShape(num_layers=config.num_layers, linears=linears)


def _name_as_text(config: ModelConfig, tensors: Mapping[str, StoredTensor], misfits: list[str]) -> dict[str, StoredTensor]:
    """Name the tensors of the text model as those of one that stands by itself; two with one meaning are a misfit."""
    originals: dict[str, str] = {}
    for name in tensors:
        if (own := name_as_text(name, is_nested=config.is_nested)) is None:
            continue
        if own in originals:
            misfits.append(f"{originals[own]} and {name} are the same tensor by two names: remove the one that is not the model's")
        originals[own] = name
    return {own: tensors[name] for own, name in originals.items()}


def _compare(config: ModelConfig, found: dict[str, StoredTensor], *, has_head: bool) -> Iterator[str]:
    expected = dict(_list_shapes(config.text, has_head=has_head))
    for name, shape in expected.items():
        if name not in found:
            yield f"{name} is missing"
        elif _is_packed(config, name, found):
            yield from _compare_packed(config, name, shape, found)
        elif found[name].shape != shape:
            yield f"{name} is {list(found[name].shape)}, expected {list(shape)}"
        elif found[name].dtype not in FLOATS:
            yield f"{name} is of {found[name].dtype}, expected {', '.join(FLOATS)}"
    packed = {
        f"{name.removesuffix('.weight')}.{part}" for name in expected if _is_packed(config, name, found) for part in ("scales", "biases")
    }
    yield from (f"{name} belongs to nothing" for name in found if name not in expected and name not in packed)


def _list_shapes(config: TextConfig, *, has_head: bool) -> Iterator[tuple[str, Shape]]:
    hidden, fed, head = config.hidden_size, config.intermediate_size, config.head_dim
    queries, keys = config.num_heads * head, config.num_kv_heads * head
    yield f"{EMBEDDING}.weight", (config.vocabulary_size, hidden)
    for layer in range(config.num_layers):
        prefix = f"model.layers.{layer}"
        yield f"{prefix}.self_attn.q_proj.weight", (queries, hidden)
        yield f"{prefix}.self_attn.k_proj.weight", (keys, hidden)
        yield f"{prefix}.self_attn.v_proj.weight", (keys, hidden)
        yield f"{prefix}.self_attn.o_proj.weight", (hidden, queries)
        yield f"{prefix}.self_attn.q_norm.weight", (head,)
        yield f"{prefix}.self_attn.k_norm.weight", (head,)
        yield f"{prefix}.mlp.gate_proj.weight", (fed, hidden)
        yield f"{prefix}.mlp.up_proj.weight", (fed, hidden)
        yield f"{prefix}.mlp.down_proj.weight", (hidden, fed)
        yield f"{prefix}.input_layernorm.weight", (hidden,)
        yield f"{prefix}.post_attention_layernorm.weight", (hidden,)
        yield f"{prefix}.pre_feedforward_layernorm.weight", (hidden,)
        yield f"{prefix}.post_feedforward_layernorm.weight", (hidden,)
    yield "model.norm.weight", (hidden,)
    if has_head:
        yield f"{HEAD}.weight", (config.vocabulary_size, hidden)


def _is_packed(config: ModelConfig, name: str, found: Mapping[str, StoredTensor]) -> bool:
    return config.quantization is not None and f"{name.removesuffix('.weight')}.scales" in found


def _compare_packed(config: ModelConfig, name: str, shape: Shape, found: Mapping[str, StoredTensor]) -> Iterator[str]:
    """Compare a weight (out, in) that is packed along its rows, with a scale for each group of a row."""
    layer = name.removesuffix(".weight")
    weight, scales = found[name], found[f"{layer}.scales"]
    biases = found.get(f"{layer}.biases", scales)
    num_out, num_in = shape
    bits, size = find_packing(config, layer, weight, scales, num_in)
    if weight.dtype != "U32" or not size or weight.shape != (num_out, num_in * bits // WORD_BITS):
        yield f"{name} is {list(weight.shape)} of {weight.dtype}, expected {list(shape)} packed to {bits} bits a weight"
    elif scales.shape != (num_out, num_in // size) or biases.shape != scales.shape:
        yield f"{layer}.scales is {list(scales.shape)}, expected {[num_out, num_in // size]}"


def find_packing(config: ModelConfig, layer: str, weight: StoredTensor, scales: StoredTensor, num_in: int) -> tuple[int, int]:
    """Give bits and group size as mlx-lm finds them: what is said of the layer by name, else what the shapes say."""
    prefix = f"{LANGUAGE_MODEL}." if config.is_nested else ""
    told = (config.quantization or {}).get(f"{prefix}{layer}")
    if isinstance(told, dict):
        return told["bits"], told["group_size"]
    if told is True and config.quantization:
        return int(str(config.quantization["bits"])), int(str(config.quantization["group_size"]))
    if len(weight.shape) != 2 or len(scales.shape) != 2 or not scales.shape[1]:
        return 0, 0
    return weight.shape[1] * WORD_BITS // num_in, num_in // scales.shape[1]
