"""Make a random Gemma 3 of a given shape, for tests and measurements: the weights are noise, everything else is real.

    python -m tools.random_gemma3 FOLDER [--hidden 256 --layers 6 --vocabulary 8192 --bits 4 --nested …]

The defaults have 8 M parameters. The tokenizer is a byte-fallback BPE in Gemma's manner, trained on the text of Python's own library,
with Gemma's turn markers and a chat template like its own. A random model hardly ever ends its turn.
"""

import argparse
import json
import sysconfig
from pathlib import Path

import mlx.core as mx
import mlx.nn as nn
import msgspec
from mlx.utils import tree_flatten
from mlx_lm.models import gemma3_text
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

CHAT_TEMPLATE = """{{ bos_token }}
{%- if messages[0]['role'] == 'system' -%}
    {%- set prefix = messages[0]['content'] + '\n\n' -%}{%- set turns = messages[1:] -%}
{%- else -%}
    {%- set prefix = '' -%}{%- set turns = messages -%}
{%- endif -%}
{%- for turn in turns -%}
    {%- set role = 'model' if turn['role'] == 'assistant' else turn['role'] -%}
    {{ '<start_of_turn>' + role + '\n' + (prefix if loop.first else '') + (turn['content'] | trim) + '<end_of_turn>\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}{{ '<start_of_turn>model\n' }}{%- endif -%}"""
SPECIAL_TOKENS = ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"]
NUM_TOKENIZER_FILES = 60


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """What of the model is chosen; the rest follows."""

    hidden: int = 256
    layers: int = 6
    intermediate: int = 1024
    heads: int = 4
    kv_heads: int = 1
    head_dim: int = 64
    vocabulary: int = 8192
    window: int = 512
    pattern: int = 6  # every so-manieth layer is global
    bits: int = 0  # 0 is not quantised
    dtype: str = "bfloat16"
    nested: bool = False  # under `language_model`, as 4B and above
    seed: int = 0


def write_random_gemma3(folder: Path, shape: Shape) -> None:
    """Write a model's folder that `mlx_lm.load` opens."""
    folder.mkdir(parents=True, exist_ok=True)
    _tokenizer(shape.vocabulary).save_pretrained(folder)
    config = _config(shape)
    model = _model(config, shape)
    if shape.bits:
        nn.quantize(model, group_size=64, bits=shape.bits)
        config["quantization"] = {"group_size": 64, "bits": shape.bits}
    weights = dict(tree_flatten(model.parameters()))
    if shape.nested:
        weights = {f"language_model.{name}": tensor for name, tensor in weights.items()}
        config = {
            "model_type": "gemma3",
            "text_config": config,
            "vocab_size": shape.vocabulary,
            "eos_token_id": config["eos_token_id"],
        } | ({"quantization": config["quantization"]} if shape.bits else {})
    mx.save_safetensors(str(folder / "model.safetensors"), weights, metadata={"format": "mlx"})
    (folder / "config.json").write_text(json.dumps(config, indent=1))


def _config(shape: Shape) -> dict[str, object]:
    return {
        "model_type": "gemma3_text",
        "architectures": ["Gemma3ForCausalLM"],
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "intermediate_size": shape.intermediate,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "head_dim": shape.head_dim,
        "query_pre_attn_scalar": shape.head_dim,
        "vocab_size": shape.vocabulary,
        "sliding_window": shape.window,
        "sliding_window_pattern": shape.pattern,
        "max_position_embeddings": 32_768,
        "rope_theta": 1e6,
        "rope_local_base_freq": 1e4,
        "rms_norm_eps": 1e-6,
        "bos_token_id": SPECIAL_TOKENS.index("<bos>"),
        "eos_token_id": [SPECIAL_TOKENS.index("<eos>"), SPECIAL_TOKENS.index("<end_of_turn>")],
        "pad_token_id": 0,
    }


def _model(config: dict[str, object], shape: Shape) -> nn.Module:
    mx.random.seed(shape.seed)
    model = gemma3_text.Model(gemma3_text.ModelArgs.from_dict(config))
    model.sanitize({})  # ties the embeddings, as Gemma 3's are
    dtype = getattr(mx, shape.dtype)
    model.apply(lambda p: (mx.random.normal(p.shape) * 0.02).astype(dtype) if p.ndim == 2 else mx.zeros(p.shape, dtype))
    return model


def _tokenizer(vocabulary: int) -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    files = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))[:NUM_TOKENIZER_FILES]
    special = SPECIAL_TOKENS + [f"<0x{byte:02X}>" for byte in range(256)]
    trainer = trainers.BpeTrainer(vocab_size=vocabulary, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator([file.read_text(errors="ignore") for file in files], trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<bos>",
        eos_token="<eos>",
        pad_token="<pad>",
        unk_token="<unk>",
        additional_special_tokens=["<start_of_turn>", "<end_of_turn>"],
        chat_template=CHAT_TEMPLATE,
    )


def main() -> None:
    """Read the shape from the command line and write the model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    for field in msgspec.structs.fields(Shape):
        if field.type is bool:
            parser.add_argument(f"--{field.name}", action="store_true")
        else:
            parser.add_argument(f"--{field.name.replace('_', '-')}", type=field.type, default=field.default)
    options = vars(parser.parse_args())
    write_random_gemma3(options.pop("folder"), Shape(**options))


if __name__ == "__main__":
    main()
