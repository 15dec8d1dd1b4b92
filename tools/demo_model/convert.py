"""Writing the trained base as a plain folder that `mlx_lm.load` opens: bfloat16 safetensors, config, tokenizer."""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import PreTrainedTokenizerFast

from tools.demo_model.shape import BOS, END_OF_TURN, EOS, PAD, gemma_config


def write_model(model: torch.nn.Module, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Write weights (the head is tied to the embedding and left out), config, generation config and tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {
        name: weight.detach().to(torch.bfloat16).contiguous() for name, weight in model.named_parameters() if name != "lm_head.weight"
    }
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    write_json(folder / "config.json", gemma_config(len(tokenizer)))
    write_json(
        folder / "generation_config.json",
        {"bos_token_id": BOS, "eos_token_id": [EOS, END_OF_TURN], "pad_token_id": PAD, "do_sample": True, "temperature": 1.0},
    )
    tokenizer.save_pretrained(folder)


def write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n")
