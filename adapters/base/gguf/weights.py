"""A GGUF file's tensors under the names that mlx-lm has for them, dequantised a piece at a time."""

import re
from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize

from adapters.base.errors import ModelLoadError
from adapters.base.gguf.header import GgufHeader, GgufTensor

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

PIECE_VALUES = 4 << 20  # dequantised at once: 16 MB in float32
MOST_NAMED = 5  # tensors in a message
VISION_PREFIXES = ("v.", "mm.")  # Ollama's files hold the vision tower too
LAYER = re.compile(r"blk\.(0|[1-9][0-9]*)\.(\w+)\.weight")
LAYER_MODULES: Mapping[str, str] = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "post_attention_norm": "post_attention_layernorm",
    "ffn_norm": "pre_feedforward_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
    "post_ffw_norm": "post_feedforward_layernorm",
}
OTHER_NAMES: Mapping[str, str] = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
    "output.weight": "lm_head.weight",
}


class GgufWeights:
    """The text model's weights in a file whose head has been read."""

    def __init__(self, header: GgufHeader) -> None:
        """Name them all. Raises ModelLoadError for tensors that a Gemma 3 has not, and for types that cannot be dequantised."""
        self._path = header.path
        self.tensors: dict[str, GgufTensor] = {}  # by mlx-lm's names
        self.left_out: list[str] = []  # of the vision tower, as the file names them
        unknown = []
        for tensor in header.tensors.values():
            if tensor.name.startswith(VISION_PREFIXES):
                self.left_out.append(tensor.name)
            elif name := _find_name(tensor.name):
                self.tensors[name] = tensor
            else:
                unknown.append(tensor.name)
        if unknown:
            raise ModelLoadError(f"{header.path} has tensors that a Gemma 3 has not: {_list(unknown)}")
        self._check_types()

    def _check_types(self) -> None:
        by_type: dict[GGMLQuantizationType, list[str]] = {}
        for tensor in self.tensors.values():
            by_type.setdefault(tensor.type, []).append(tensor.name)
        for kind, names in by_type.items():
            if not can_dequantize(kind):
                raise ModelLoadError(f"{self._path} has tensors of type {kind.name}, which cannot be dequantised: {_list(names)}")

    def pieces(self, name: str) -> Iterator[Floats]:
        """Give a weight's rows in order, some at a time, in float32; a vector comes whole, and a norm without llama.cpp's plus one.

        Raises ModelLoadError for values that are not finite.
        """
        for blocks in self.blocks(name):
            yield self.dequantize(name, blocks)

    def blocks(self, name: str) -> Iterator[Bytes]:
        """Give the same pieces as they are in the file: (rows, bytes)."""
        tensor = self.tensors[name]
        num_rows = tensor.shape[0] if len(tensor.shape) > 1 else 1
        content = np.memmap(self._path, mode="r", offset=tensor.start, shape=(num_rows, tensor.size_bytes // num_rows), dtype=np.uint8)
        step = max(1, PIECE_VALUES // tensor.shape[-1])
        for first in range(0, num_rows, step):
            yield content[first : first + step]

    def dequantize(self, name: str, blocks: Bytes) -> Floats:
        """Give such a piece in float32. Raises ModelLoadError for values that are not finite."""
        tensor = self.tensors[name]
        with np.errstate(over="ignore", invalid="ignore"):  # said below, with the tensor's name
            rows = dequantize(blocks, tensor.type).astype(np.float32, copy=False)
        if not np.isfinite(rows).all():
            raise ModelLoadError(f"{self._path} has values in tensor {tensor.name} that are not finite")
        return (rows - 1 if is_norm(name) else rows).reshape((-1, *tensor.shape[1:]))

    def whole(self, name: str) -> Floats:
        """Give a weight at once, in float32."""
        return np.concatenate(list(self.pieces(name)))


def is_norm(name: str) -> bool:
    """Whether a weight scales a norm; Gemma's is what it adds to one, llama.cpp's files hold the sum."""
    return name.endswith("norm.weight")


def _find_name(name: str) -> str | None:
    if found := LAYER.fullmatch(name):
        module = LAYER_MODULES.get(found[2])
        return f"model.layers.{int(found[1])}.{module}.weight" if module else None
    return OTHER_NAMES.get(name)


def can_dequantize(kind: GGMLQuantizationType) -> bool:
    """Whether the gguf package can."""
    try:
        dequantize(np.zeros((1, GGML_QUANT_SIZES[kind][1]), np.uint8), kind)
    except NotImplementedError:
        return False
    return True


def _list(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
