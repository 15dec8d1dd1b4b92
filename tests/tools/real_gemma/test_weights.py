"""Weights out of a tiny GGUF file of gguf's own writing: names, the norms' one, rounding."""

from pathlib import Path

import gguf
import mlx.core as mx
import numpy as np

from tools.real_gemma.weights import write_weights

SIZE, BLOCK = 64, 32


def test_weights_are_dequantised_and_rounded_to_the_nearest_bfloat16(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    embedding, norm = (rng.normal(size=shape).astype(np.float32) for shape in ((BLOCK, SIZE), (SIZE,)))
    query = rng.normal(size=(SIZE, SIZE)).astype(np.float32)
    quantised = gguf.quants.quantize(query, gguf.GGMLQuantizationType.Q8_0)
    writer = gguf.GGUFWriter(tmp_path / "tiny.gguf", "gemma3")
    writer.add_tensor("token_embd.weight", embedding)
    writer.add_tensor("output_norm.weight", norm + 1)
    writer.add_tensor("blk.0.attn_q.weight", quantised, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
    for write in (writer.write_header_to_file, writer.write_kv_data_to_file, writer.write_tensors_to_file, writer.close):
        write()
    write_weights(tmp_path / "tiny.gguf", tmp_path / "model.safetensors")
    tensors = mx.load(str(tmp_path / "model.safetensors"))
    assert isinstance(tensors, dict)
    expected = {
        "model.embed_tokens.weight": embedding,
        "model.norm.weight": (norm + 1) - 1,
        "model.layers.0.self_attn.q_proj.weight": gguf.quants.dequantize(quantised, gguf.GGMLQuantizationType.Q8_0),
    }
    assert set(tensors) == set(expected)
    for name, values in expected.items():
        assert tensors[name].dtype == mx.bfloat16
        assert np.array_equal(np.array(tensors[name].astype(mx.float32)).view(np.uint32), round_to_bfloat16(values))


def round_to_bfloat16(values: np.ndarray) -> np.ndarray:
    """Round to nearest, to even at a tie; as the bits of float32."""
    bits = np.ascontiguousarray(values).view(np.uint32)
    return (bits + 0x7FFF + ((bits >> 16) & 1)) & np.uint32(0xFFFF0000)
