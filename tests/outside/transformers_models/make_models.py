"""`python -m tests.outside.transformers_models.make_models FOLDER`: have transformers save each case, and say what comes after what.

It runs in the environment that requirements.txt describes. Beside each model's folder lies a JSON file with its log-probabilities.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.numpy import load_file, save_file
from transformers import Gemma3Config, Gemma3ForCausalLM, Gemma3ForConditionalGeneration, Gemma3TextConfig

from tests.outside.transformers_models.cases import CASES, NUM_DRAWN, NUM_TOKENS, TEXT, VISION, Case
from tests.outside.transformers_models.weights import make_weight


def main(folder: Path) -> None:
    """Make all cases."""
    for seed, (name, case) in enumerate(CASES.items()):
        shapes = _save(case, folder / name)
        token_ids = torch.randint(3, TEXT["vocab_size"], (NUM_TOKENS,), generator=torch.Generator().manual_seed(seed)).tolist()
        told = _tell(case, folder / name, token_ids) | {"num_read": NUM_TOKENS, "shapes": shapes}
        (folder / f"{name}.json").write_text(json.dumps(told))


def _save(case: Case, folder: Path) -> dict[str, list[int]]:
    """Save a model with transformers, then its weights anew under the names that it gave them."""
    if case.is_nested:
        is_tied = case.text.get("tie_word_embeddings", True)
        config = Gemma3Config(
            text_config=TEXT | case.text,
            vision_config=VISION,
            mm_tokens_per_image=4,
            tie_word_embeddings=is_tied,
            image_token_index=TEXT["vocab_size"] - 1,
        )
        Gemma3ForConditionalGeneration(config).save_pretrained(folder)
    else:
        Gemma3ForCausalLM(Gemma3TextConfig(**TEXT | case.text)).save_pretrained(folder)
    file = folder / "model.safetensors"
    made = {name: make_weight(name, tensor.shape) for name, tensor in load_file(file).items()}
    save_file(made, file, metadata={"format": "pt"})
    return {name: list(tensor.shape) for name, tensor in made.items()}


def _tell(case: Case, folder: Path, token_ids: list[int]) -> dict[str, object]:
    kind = Gemma3ForConditionalGeneration if case.is_nested else Gemma3ForCausalLM
    model = kind.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    token_ids = list(token_ids)
    with torch.no_grad():
        for _ in range(NUM_DRAWN):
            token_ids.append(int(model(torch.tensor([token_ids])).logits[0, -1].argmax()))
        logprobs = torch.log_softmax(model(torch.tensor([token_ids])).logits[0], dim=-1)
    return {"token_ids": token_ids, "logprobs": logprobs.tolist()}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
