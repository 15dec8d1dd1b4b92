"""An adapter trained on all linear layers of a Gemma 3 that sees answers as it does without what it has for the vision tower."""

import json
import shutil
from pathlib import Path

import httpx
import numpy as np

from tests.adapters.adapter_files import safetensors_bytes
from tests.server_process import Server
from tools.random_adapter import write_as_peft, write_random_adapter
from tools.random_gemma3 import Shape, write_random_gemma3

TINY = Shape(hidden=64, layers=2, intermediate=128, heads=2, head_dim=32, vocabulary=512, window=32, pattern=2, nested=True)
LAYER = "base_model.model.model.vision_tower.encoder.layers.{}.self_attn.{}_proj.lora_{}.weight"


def write_all_linear(folder: Path, text: Path) -> None:
    """Put a vision tower's part, as PEFT writes it, beside the text's."""
    shutil.copytree(text, folder)
    file = folder / "adapter_model.safetensors"
    content = file.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {
        name: np.frombuffer(content[8 + length :], np.float32)[entry["data_offsets"][0] // 4 : entry["data_offsets"][1] // 4].reshape(
            entry["shape"]
        )
        for name, entry in header.items()
    }
    shapes = {"A": (8, 16), "B": (16, 8)}
    vision = {
        LAYER.format(layer, one, factor): np.ones(shapes[factor], np.float32) for layer in range(3) for one in "qkv" for factor in "AB"
    }
    file.write_bytes(safetensors_bytes(tensors | vision))


def test_a_server_answers_as_if_the_vision_tower_were_not_there_and_says_so(tmp_path: Path) -> None:
    base, mlx_lm, text, whole = (tmp_path / name for name in ("base", "mlx-lm", "text", "whole"))
    write_random_gemma3(base, TINY)
    write_random_adapter(mlx_lm, base=base, rank=8, seed=1, size=0.2)
    write_as_peft(text, adapter=mlx_lm)
    write_all_linear(whole, text)
    with Server("--model", str(base), "--adapter", f"text={text}", "--adapter", f"whole={whole}") as server:
        answers = {
            model: server.connect().chat.completions.create(
                model=model,
                messages=[{"role": "user", "content": "Tell me one thing"}],
                temperature=0,
                max_completion_tokens=24,
            )
            for model in ("base", "text", "whole")
        }
        cards = {card["name"]: card for card in httpx.get(f"{server.url}/v1/adapters").json()["data"]}
    said = {model: answer.choices[0].message.content for model, answer in answers.items()}
    assert said["whole"] == said["text"] != said["base"]
    assert (cards["whole"]["left_out"], cards["text"]["left_out"]) == (["vision tower: 18 tensors"], [])
    assert cards["whole"]["digest"] == cards["text"]["digest"]
    assert any("left out, since it changes nothing of a text: vision tower: 18 tensors" in line for line in server.log)
