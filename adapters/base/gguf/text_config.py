"""The numbers of a Gemma 3 out of a GGUF file's metadata, read as llama.cpp reads them.

https://github.com/ggml-org/llama.cpp: src/models/gemma3.cpp. What no key says is fixed there: how attention is scaled, and that the local
rotation is never stretched. Ollama's own converter has other names for the bases, and leaves out the factor of 8.
"""

import logging
from typing import Annotated

import msgspec

from adapters.base.config.structs import Rope, TextConfig
from adapters.base.errors import ModelLoadError
from adapters.base.gguf.header import GgufHeader
from adapters.base.gguf.weights import VISION_PREFIXES

ARCHITECTURE = "gemma3"
PREFIX = f"{ARCHITECTURE}."
INERT_PREFIXES = ("vision.", "mm.")  # of images, which are not served
INERT = ("vocab_size", "rope.scaling.original_context_length", "rope.scaling.finetuned")
NUM_LAYERS_OF_27B = 62  # llama.cpp knows it by them: attention is scaled otherwise
OLLAMA_MARKS = (  # of its own converter, as its reader of upstream files tells them
    "gemma3.mm.tokens_per_image",
    "gemma3.rope.global.freq_base",
    "gemma3.rope.local.freq_base",
    "tokenizer.ggml.add_padding_token",
    "tokenizer.ggml.add_unknown_token",
)
LONG_CONTEXT, LONG_FACTOR = 131_072, 8.0  # of 4B and above

Count = Annotated[int, msgspec.Meta(gt=0, le=1 << 20)]
NumTokens = Annotated[int, msgspec.Meta(gt=0, le=1 << 31)]
Positive = Annotated[float, msgspec.Meta(gt=0, le=2.0**62)]

log = logging.getLogger(__name__)


class _Numbers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    context_length: NumTokens
    embedding_length: Count
    block_count: Count
    feed_forward_length: Count
    head_count: Count = msgspec.field(name="attention.head_count")
    head_count_kv: Count = msgspec.field(name="attention.head_count_kv")
    key_length: Count | None = msgspec.field(name="attention.key_length", default=None)
    value_length: Count | None = msgspec.field(name="attention.value_length", default=None)
    epsilon: Positive | None = msgspec.field(name="attention.layer_norm_rms_epsilon", default=None)
    window: NumTokens = msgspec.field(name="attention.sliding_window")
    pattern: Count | list[bool] = msgspec.field(name="attention.sliding_window_pattern", default=6)
    base: Positive | None = msgspec.field(name="rope.freq_base", default=None)
    ollama_base: Positive = msgspec.field(name="rope.global.freq_base", default=1_000_000.0)
    local_base: Positive | None = msgspec.field(name="rope.freq_base_swa", default=None)
    ollama_local_base: Positive = msgspec.field(name="rope.local.freq_base", default=10_000.0)
    scaling: str | None = msgspec.field(name="rope.scaling.type", default=None)
    factor: Positive | None = msgspec.field(name="rope.scaling.factor", default=None)
    older_factor: Positive | None = msgspec.field(name="rope.scale_linear", default=None)
    num_rotated: Count | None = msgspec.field(name="rope.dimension_count", default=None)
    is_causal: bool = msgspec.field(name="attention.causal", default=True)


def read_text_config(header: GgufHeader) -> TextConfig:
    """Read them. Raises ModelLoadError for a file of another architecture, and for what would change the model and is not computed."""
    _check_kind(header)
    given = {key.removeprefix(PREFIX): value for key, value in header.metadata.items() if key.startswith(PREFIX)}
    meant = {key: value for key, value in given.items() if key not in INERT and not key.startswith(INERT_PREFIXES)}
    known = {field.encode_name for field in msgspec.structs.fields(_Numbers)}
    try:
        numbers = msgspec.convert({key: value for key, value in meant.items() if key in known or value not in (0, False, "", [])}, _Numbers)
    except msgspec.ValidationError as exc:
        raise ModelLoadError(f"{header.path} describes no Gemma 3 that is computed here, under {PREFIX}*: {exc}") from exc
    head_dim = numbers.key_length or numbers.embedding_length // numbers.head_count
    _check(header, numbers, head_dim)
    return TextConfig(
        vocabulary_size=_count_rows(header),
        hidden_size=numbers.embedding_length,
        intermediate_size=numbers.feed_forward_length,
        num_heads=numbers.head_count,
        num_kv_heads=numbers.head_count_kv,
        head_dim=head_dim,
        query_scalar=numbers.embedding_length // numbers.head_count if numbers.block_count == NUM_LAYERS_OF_27B else head_dim,
        norm_eps=numbers.epsilon or 1e-6,
        context_size=numbers.context_length,
        window=numbers.window,
        are_sliding=_find_kinds(numbers),
        global_rope=Rope(base=numbers.base or numbers.ollama_base, factor=_find_factor(header, numbers)),
        local_rope=Rope(base=numbers.local_base or numbers.ollama_local_base),
        is_tied="output.weight" not in header.tensors,
    )


def _check_kind(header: GgufHeader) -> None:
    path, kind = header.path, header.metadata.get("general.type", "model")
    if header.architecture == "clip" or kind == "mmproj":
        raise ModelLoadError(f"{path} is the part of a model that sees images (mmproj): give the file of the text model")
    if kind != "model":
        raise ModelLoadError(f"{path} is no model but of the kind {kind!r}")
    if header.architecture != ARCHITECTURE:
        raise ModelLoadError(f"{path} holds a model of the architecture {header.architecture!r}; candor serves Gemma 3: {ARCHITECTURE!r}")
    if (num_files := header.metadata.get("split.count", 1)) not in (0, 1):
        raise ModelLoadError(f"{path} is one of {num_files} files that a model was split into: join them with 'llama-gguf-split --merge'")


def _check(header: GgufHeader, numbers: _Numbers, head_dim: int) -> None:
    faults = []
    if numbers.value_length not in (None, head_dim):
        faults.append(f"attention.value_length is {numbers.value_length}; expected {head_dim}, as attention.key_length")
    if numbers.num_rotated not in (None, head_dim):
        faults.append(f"rope.dimension_count is {numbers.num_rotated}; expected {head_dim}, as attention.key_length")
    if numbers.head_count % numbers.head_count_kv:
        faults.append(f"attention.head_count is {numbers.head_count}, no multiple of attention.head_count_kv, {numbers.head_count_kv}")
    if isinstance(numbers.pattern, list) and len(numbers.pattern) != numbers.block_count:
        faults.append(
            f"attention.sliding_window_pattern has {len(numbers.pattern)} entries; expected {numbers.block_count}, as block_count"
        )
    if numbers.scaling not in (None, "none", "linear"):
        faults.append(f"rope.scaling.type is {numbers.scaling!r}; expected 'linear' or 'none'")
    if not numbers.is_causal:
        faults.append("attention.causal is false")
    if faults:
        raise ModelLoadError(f"{header.path} describes no Gemma 3 that is computed here, under {PREFIX}*: {'; '.join(faults)}")


def _count_rows(header: GgufHeader) -> int:
    embedding = header.tensors.get("token_embd.weight")
    if embedding is None:
        raise ModelLoadError(f"{header.path} has no tensor token_embd.weight, the embedding")
    return embedding.shape[0]


def _find_kinds(numbers: _Numbers) -> tuple[bool, ...]:
    if isinstance(numbers.pattern, list):
        return tuple(numbers.pattern)
    return tuple(place % numbers.pattern != numbers.pattern - 1 for place in range(numbers.block_count))


def _find_factor(header: GgufHeader, numbers: _Numbers) -> float:
    if numbers.scaling == "none":
        return 1.0
    if factor := numbers.factor or numbers.older_factor:
        return factor
    if numbers.context_length >= LONG_CONTEXT and numbers.scaling is None and _is_ollamas(header):
        log.info(
            "positions of the global layers are divided by %g, as in every Gemma 3 of this length: Ollama's file does not say", LONG_FACTOR
        )
        return LONG_FACTOR
    return 1.0


def _is_ollamas(header: GgufHeader) -> bool:
    metadata = header.metadata
    if any(mark in metadata for mark in OLLAMA_MARKS) or f"{PREFIX}attention.layer_norm_rms_epsilon" not in metadata:
        return True
    return any(name.startswith(VISION_PREFIXES) for name in header.tensors)
