"""Model folders for the tests of fusing, small and of every kind, and adapters for them; no tokenizer is in them."""

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
from numpy.typing import NDArray

from adapters.files.pairing import LowRankPair
from adapters.files.reading import AdapterWeights
from adapters.files.training import TrainingRecord
from tests.adapters.adapter_files import Stored

HIDDEN, FED, HEADS, HEAD_DIM, LAYERS, ROWS = 64, 128, 2, 32, 2, 96
SIZES = {
    "self_attn.q_proj": (HEADS * HEAD_DIM, HIDDEN),
    "self_attn.k_proj": (HEAD_DIM, HIDDEN),
    "self_attn.v_proj": (HEAD_DIM, HIDDEN),
    "self_attn.o_proj": (HIDDEN, HEADS * HEAD_DIM),
    "mlp.gate_proj": (FED, HIDDEN),
    "mlp.up_proj": (FED, HIDDEN),
    "mlp.down_proj": (HIDDEN, FED),
}
NORMS = {
    "self_attn.q_norm": HEAD_DIM,
    "self_attn.k_norm": HEAD_DIM,
    "input_layernorm": HIDDEN,
    "post_attention_layernorm": HIDDEN,
    "pre_feedforward_layernorm": HIDDEN,
    "post_feedforward_layernorm": HIDDEN,
}
CONFIG: dict[str, Any] = {
    "model_type": "gemma3_text",
    "architectures": ["Gemma3ForCausalLM"],
    "hidden_size": HIDDEN,
    "intermediate_size": FED,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": HEADS,
    "num_key_value_heads": 1,
    "head_dim": HEAD_DIM,
    "query_pre_attn_scalar": HEAD_DIM,
    "vocab_size": ROWS,
    "sliding_window": 32,
    "max_position_embeddings": 512,
}
TARGETS = ("self_attn.q_proj", "mlp.down_proj")
VISION = {"vision_tower.encoder.weight": (8, 8), "multi_modal_projector.norm.weight": (8,)}

Values = dict[str, NDArray[np.float32]]


def make_values(*, seed: int = 0, is_tied: bool = True) -> Values:
    """Make the weights of a text model, values that every dtype holds."""
    draw = np.random.default_rng(seed)

    def some(*shape: int) -> NDArray[np.float32]:
        return (draw.integers(-127, 128, shape) / 1024).astype(np.float32)

    values = {"model.embed_tokens.weight": some(ROWS, HIDDEN), "model.norm.weight": some(HIDDEN)}
    for layer in range(LAYERS):
        values |= {f"model.layers.{layer}.{name}.weight": some(*size) for name, size in SIZES.items()}
        values |= {f"model.layers.{layer}.{name}.weight": some(size) for name, size in NORMS.items()}
    return values if is_tied else values | {"lm_head.weight": some(ROWS, HIDDEN)}


def to_stored(values: NDArray[np.float32], dtype: str) -> Stored:
    """Store values in a float dtype."""
    if dtype == "BF16":
        return Stored(dtype, values.shape, (values.view("<u4") >> 16).astype("<u2").tobytes())
    return Stored(dtype, values.shape, values.astype({"F32": "<f4", "F16": "<f2"}[dtype]).tobytes())


def from_stored(tensor: Stored) -> NDArray[np.float32]:
    """Give the values of a float tensor."""
    if tensor.dtype == "BF16":
        return (np.frombuffer(tensor.content, "<u2").astype(np.uint32) << 16).view(np.float32).reshape(tensor.shape)
    return np.frombuffer(tensor.content, {"F32": "<f4", "F16": "<f2"}[tensor.dtype]).astype(np.float32).reshape(tensor.shape)


def write_tensors(file: Path, tensors: Mapping[str, Stored], *, metadata: dict[str, str] | None = None) -> None:
    """Write a safetensors file, its header neither sorted nor aligned."""
    entries: dict[str, object] = {} if metadata is None else {"__metadata__": metadata}
    content = b""
    for name, tensor in tensors.items():
        span = [len(content), len(content) + len(tensor.content)]
        entries[name] = {"dtype": tensor.dtype, "shape": tensor.shape, "data_offsets": span}
        content += tensor.content
    header = json.dumps(entries).encode()
    file.write_bytes(struct.pack("<Q", len(header)) + header + content)


def read_tensors(folder: Path) -> dict[str, Stored]:
    """Read all weight files of a folder."""
    tensors = {}
    for file in sorted(folder.glob("model*.safetensors")):
        whole = file.read_bytes()
        start = 8 + int.from_bytes(whole[:8], "little")
        for name, entry in json.loads(whole[8:start]).items():
            if name != "__metadata__":
                begin, end = entry["data_offsets"]
                tensors[name] = Stored(entry["dtype"], tuple(entry["shape"]), whole[start + begin : start + end])
    return tensors


def read_header(file: Path) -> bytes:
    """Give the bytes of a file's header."""
    whole = file.read_bytes()
    return whole[: 8 + int.from_bytes(whole[:8], "little")]


def write_model(
    folder: Path, tensors: Mapping[str, Stored], *, num_files: int = 1, config: Mapping[str, Any] = CONFIG, **beside: bytes
) -> Path:
    """Write a model's folder, in several files with an index if wanted, and other files; `__` in a file's name stands for its dot."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config))
    for name, content in beside.items():
        (folder / name.replace("__", ".")).write_bytes(content)
    if num_files == 1:
        write_tensors(folder / "model.safetensors", tensors, metadata={"format": "pt"})
        return folder
    homes: dict[str, str] = {}
    for number in range(num_files):
        file = f"model-{number + 1:05}-of-{num_files:05}.safetensors"
        own = {name: tensor for place, (name, tensor) in enumerate(tensors.items()) if place % num_files == number}
        write_tensors(folder / file, own, metadata={"format": "pt", "part": str(number)})
        homes |= dict.fromkeys(own, file)
    index = {"metadata": {"total_size": sum(len(tensor.content) for tensor in tensors.values()), "own": 1}, "weight_map": homes}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    return folder


def nest(tensors: Mapping[str, Stored], prefix: str) -> dict[str, Stored]:
    """Name a text model's tensors as beside a vision tower, whose tensors come first."""
    vision = {name: to_stored(np.ones(shape, np.float32), "BF16") for name, shape in VISION.items()}
    newer = prefix == "model.language_model."
    beside = {f"model.{name}" if newer else name: tensor for name, tensor in vision.items()}
    return beside | {name if name.startswith("lm_head") else prefix + name.removeprefix("model."): one for name, one in tensors.items()}


def nested_config(config: Mapping[str, Any] = CONFIG) -> dict[str, Any]:
    """Give the configuration of a model beside a vision tower."""
    return {"model_type": "gemma3", "architectures": ["Gemma3ForConditionalGeneration"], "text_config": dict(config)}


def quantize(values: Values, *, bits: int, group_size: int = 32, mode: str = "affine", dtype: str = "BF16") -> dict[str, Stored]:
    """Quantise all matrices with MLX, as mlx-lm does."""
    kinds = {"BF16": mx.bfloat16, "F16": mx.float16, "F32": mx.float32}
    tensors = {}
    for name, one in values.items():
        if one.ndim == 1:
            tensors[name] = to_stored(one, dtype)
            continue
        weight, scales, *biases = mx.quantize(mx.array(one).astype(kinds[dtype]), group_size=group_size, bits=bits, mode=mode)
        stem = name.removesuffix(".weight")
        tensors[name] = Stored("U32", weight.shape, np.array(weight).tobytes())
        for part, values_of_groups in zip(("scales", "biases"), (scales, *biases), strict=False):
            tensors[f"{stem}.{part}"] = (
                Stored("U8", scales.shape, np.array(scales).tobytes())
                if scales.dtype == mx.uint8
                else to_stored(np.array(values_of_groups.astype(mx.float32)), dtype)
            )
    return tensors


def make_adapter(
    path: Path, *, size: float = 0.05, rank: int = 4, seed: int = 1, is_dora: bool = False, modules: tuple[str, ...] = TARGETS
) -> AdapterWeights:
    """Make an adapter of some modules of each layer, as if it had been read from `path`."""
    draw = np.random.default_rng(seed)
    pairs = {}
    for layer in range(LAYERS):
        for name in modules:
            num_out, num_in = SIZES[name]
            a, b = (draw.normal(0, size, shape).astype(np.float32) for shape in ((num_in, rank), (rank, num_out)))
            magnitude = draw.uniform(0.5, 2, num_out).astype(np.float32) if is_dora else None
            pairs[f"model.layers.{layer}.{name}"] = LowRankPair(a, b, magnitude)
    return AdapterWeights(
        path=path, format="mlx-lm", pairs=dict(sorted(pairs.items())), rank=rank, scale=1.0, digest="sha256:0", size_bytes=0,
        record=TrainingRecord(),
    )  # fmt: skip
