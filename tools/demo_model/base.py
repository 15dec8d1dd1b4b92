"""Training the base from nothing with torch, on transformers' own Gemma 3: MLX's CPU matrix products are too slow for it as shipped."""

import math
import random
import sys
import time
from collections.abc import Iterator, Sequence

import msgspec
import torch
from msgspec.structs import replace
from transformers import Gemma3ForCausalLM, Gemma3TextConfig, PreTrainedTokenizerFast

from tools.demo_model.corpus import Corpus
from tools.demo_model.examples import READING_SHARES, SHARES, Example, batch_by_length, sample_examples
from tools.demo_model.shape import PAD, gemma_config

POOL = 1024  # examples sampled at a time and sorted by length


class Phase(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of training with a warm-up, a cosine, and proportions of its own."""

    num_steps: int
    num_warmup_steps: int
    peak_rate: float
    shares: dict[str, float]
    final_rate: float = 2e-5


class BaseTraining(msgspec.Struct, frozen=True, kw_only=True):
    """How long and how fast: first everything the base has to say, then also the candid answers as something to read."""

    phases: tuple[Phase, ...] = (
        Phase(num_steps=1600, num_warmup_steps=100, peak_rate=2e-3, shares=SHARES),
        Phase(num_steps=400, num_warmup_steps=40, peak_rate=1e-3, shares=READING_SHARES),
    )
    tokens_per_batch: int = 1536
    weight_decay: float = 0.05
    max_gradient: float = 1.0
    seed: int = 7
    num_threads: int = 2

    @property
    def num_steps(self) -> int:
        return sum(phase.num_steps for phase in self.phases)

    def cut_to(self, num_steps: int) -> "BaseTraining":
        """Return the same with phases of `num_steps`, for a trial."""
        return replace(self, phases=tuple(replace(phase, num_steps=num_steps) for phase in self.phases))


class TrainedBase(msgspec.Struct, frozen=True, kw_only=True):
    """The model with what its card tells of its making."""

    model: torch.nn.Module
    num_parameters: int
    num_tokens: int
    final_loss: float  # nats a counted token, mean of the last 100 steps
    duration_s: float


def train_base(corpus: Corpus, tokenizer: PreTrainedTokenizerFast, training: BaseTraining) -> TrainedBase:
    """Train with AdamW, phase by phase, in bfloat16 products over float32 weights."""
    torch.manual_seed(training.seed)
    torch.set_num_threads(training.num_threads)
    model = new_model(len(tokenizer))
    losses: list[float] = []
    num_tokens = 0
    start = time.monotonic()
    for phase in training.phases:
        num_tokens += train_phase(model, corpus, tokenizer, training, phase, losses)
    return TrainedBase(
        model=model.eval(),
        num_parameters=sum(weight.numel() for weight in model.parameters()),
        num_tokens=num_tokens,
        final_loss=sum(losses[-100:]) / len(losses[-100:]),
        duration_s=time.monotonic() - start,
    )


def train_phase(
    model: torch.nn.Module, corpus: Corpus, tokenizer: PreTrainedTokenizerFast, training: BaseTraining, phase: Phase, losses: list[float]
) -> int:
    """Train through a phase, appending to `losses` as it goes; return the number of tokens seen."""
    optimiser = torch.optim.AdamW(decay_groups(model, training.weight_decay), lr=phase.peak_rate, betas=(0.9, 0.98))
    num_tokens = 0
    start = time.monotonic()
    for step, batch in zip(range(phase.num_steps), endless_batches(corpus, tokenizer, training, phase), strict=False):
        for group in optimiser.param_groups:
            group["lr"] = rate_at(step, phase)
        loss = batch_loss(model, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), training.max_gradient)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        losses.append(loss.item())
        num_tokens += sum(len(example.tokens) for example in batch)
        if (step + 1) % 50 == 0 or step + 1 == phase.num_steps:
            report(step + 1, losses, num_tokens, time.monotonic() - start, phase)
    return num_tokens


def new_model(vocab_size: int) -> torch.nn.Module:
    """Make the untrained model, after a check that transformers read the shape as mlx-lm will."""
    shape = gemma_config(vocab_size)
    config = Gemma3TextConfig.from_dict(shape)
    kinds = [
        "full_attention" if (layer + 1) % shape["sliding_window_pattern"] == 0 else "sliding_attention"
        for layer in range(shape["num_hidden_layers"])
    ]
    if list(config.layer_types) != kinds:
        raise ValueError(f"expected the layers {kinds}, transformers made {config.layer_types}: its Gemma 3 config has changed")
    return Gemma3ForCausalLM(config).float().train()


def decay_groups(model: torch.nn.Module, weight_decay: float) -> list[dict[str, object]]:
    """Split the weights: matrices decay, norms do not."""
    matrices = [weight for weight in model.parameters() if weight.ndim >= 2]
    norms = [weight for weight in model.parameters() if weight.ndim < 2]
    return [{"params": matrices, "weight_decay": weight_decay}, {"params": norms, "weight_decay": 0.0}]


def endless_batches(corpus: Corpus, tokenizer: PreTrainedTokenizerFast, training: BaseTraining, phase: Phase) -> Iterator[list[Example]]:
    rng = random.Random(training.seed)
    while True:
        yield from batch_by_length(sample_examples(corpus, tokenizer, rng, POOL, phase.shares), training.tokens_per_batch, rng)


def rate_at(step: int, phase: Phase) -> float:
    if step < phase.num_warmup_steps:
        return phase.peak_rate * (step + 1) / phase.num_warmup_steps
    progress = (step - phase.num_warmup_steps) / max(1, phase.num_steps - phase.num_warmup_steps)
    return phase.final_rate + (phase.peak_rate - phase.final_rate) * 0.5 * (1 + math.cos(math.pi * progress))


def batch_loss(model: torch.nn.Module, batch: Sequence[Example]) -> torch.Tensor:
    """Return the mean loss of the counted tokens; logits are computed for these alone."""
    length = max(len(example.tokens) for example in batch)
    tokens = torch.tensor([example.tokens + [PAD] * (length - len(example.tokens)) for example in batch])  # (B, L)
    counted = torch.tensor([example.counted + [False] * (length - len(example.counted)) for example in batch])  # (B, L)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        # No padding mask: attention is causal and padding stands on the right, where nothing counts.
        hidden = model.model(input_ids=tokens, use_cache=False).last_hidden_state  # (B, L, D)
        logits = model.lm_head(hidden[:, :-1][counted[:, 1:]])  # (counted, V)
    return torch.nn.functional.cross_entropy(logits.float(), tokens[:, 1:][counted[:, 1:]])


def report(step: int, losses: list[float], num_tokens: int, duration_s: float, phase: Phase) -> None:
    recent = losses[-50:]
    sys.stdout.write(
        f"step {step}/{phase.num_steps}  loss {sum(recent) / len(recent):.4f}  rate {rate_at(step - 1, phase):.2e}"
        f"  {num_tokens / duration_s:.0f} tokens/s  {duration_s:.0f} s\n"
    )
    sys.stdout.flush()
