"""`python -m tests.outside.real.record_transformers FOLDER`: what transformers says of the conversations, into transformers.json.

It runs in an environment of its own: pip install torch==2.15.0 transformers==5.24.0 msgspec==0.22.0. FOLDER is what tools/real_gemma makes.
In float32, for digits; but the embeddings are scaled as in the model's own bfloat16, by 25.25 and not by the root of 640, as they were in
training and are in mlx-lm whatever the type. transformers takes the root in float32: 0.025 nats off.
"""

import json
import sys
from pathlib import Path
from typing import Any

import torch
import transformers

from tests.outside.real.conversations import ALL

RECORD = Path(__file__).with_name("transformers.json")
NUM_TOKENS = 8  # of an answer
NUM_LAST = 40  # tokens of a prompt, beside those of the answer
NUM_TOP = 3


def main() -> None:
    """Record all."""
    folder = sys.argv[1]
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    scaling = model.model.embed_tokens
    scaling.embed_scale = scaling.embed_scale.to(torch.bfloat16).to(torch.float32)
    record: dict[str, Any] = {"torch": torch.__version__, "transformers": transformers.__version__, "conversations": {}}
    for name, messages in ALL.items():
        turns = [{"role": message.role, "content": message.content} for message in messages]
        ids = tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_dict=False)
        record["conversations"][name] = _answer(model, ids)
    RECORD.write_text(json.dumps(record))


def _answer(model: Any, prompt: list[int]) -> dict[str, Any]:
    """Go on greedily; of each of the last tokens its log-probability behind those before it, and the likeliest ones."""
    ids = list(prompt)
    for _ in range(NUM_TOKENS):
        ids.append(int(_logprobs(model, ids)[-1].argmax()))
    rows = _logprobs(model, ids[:-1])[-NUM_LAST - NUM_TOKENS :]
    told = []
    for token, row in zip(ids[-len(rows) :], rows, strict=True):
        told.append([round(float(row[token]), 5), [round(one, 5) for one in row.topk(NUM_TOP).values.tolist()]])
    return {"prompt": prompt, "answer": ids[len(prompt) :], "logprobs": told}


def _logprobs(model: Any, ids: list[int]) -> Any:
    with torch.no_grad():
        return torch.log_softmax(model(torch.tensor([ids])).logits[0].double(), -1)


if __name__ == "__main__":
    main()
