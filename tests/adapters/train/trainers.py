"""Two trainers behind one face: candor's command, and mlx-lm's own `lora` as its command runs it."""

import json
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple, Protocol

import mlx.core as mx
import numpy as np
import pytest
from mlx_lm import load
from mlx_lm.lora import CONFIG_DEFAULTS, train_model
from mlx_lm.tuner.callbacks import TrainingCallback
from mlx_lm.tuner.datasets import load_dataset
from numpy.typing import NDArray

from adapters.train.__main__ import main
from adapters.train.learner.learner import Learner
from adapters.train.settings import MODULES

Rows = Sequence[Mapping[str, Any]]
WEIGHTS = "adapters.safetensors"
RATE, RANK, NUM_LAYERS, SCALE = 1e-3, 4, 2, 20.0


class Asked(NamedTuple):
    """A training, in words that both know."""

    rows: Rows
    epochs: int | None = None  # or else
    steps: int | None = None
    batch_size: int = 1
    accumulation: int = 1
    validation: Rows | None = None
    learns_answers: bool = True  # not everything
    max_seq_length: int = 256
    ends_at: int | None = None  # interrupted behind this step, as by Ctrl-C


class Trained(NamedTuple):
    """What came of it."""

    weights: Mapping[str, NDArray[np.float32]]
    steps: int  # as the record in the adapter's folder has them
    tokens: int  # as it counted them itself


class Trainer(Protocol):
    """Makes an adapter of a model in a folder, or goes on with the one that is there."""

    def train(self, model: Path, asked: Asked, output: Path, *, resumes: bool = False) -> Trained: ...

    def find_newest(self, output: Path) -> Path:
        """Give the file of weights that it goes on from."""
        ...


class Candor:
    """`python -m adapters.train`."""

    def train(self, model: Path, asked: Asked, output: Path, *, resumes: bool = False) -> Trained:
        """Train by the command."""
        data = write_rows(output.with_suffix(".rows"), asked)
        flags = {
            "model": model,
            "data": data,
            "output": output,
            "batch-size": asked.batch_size,
            "grad-accumulation": asked.accumulation,
            "learning-rate": RATE,
            "rank": RANK,
            "scale": SCALE,
            "layers": NUM_LAYERS,
            "max-seq-length": asked.max_seq_length,
            "train-on": "all" if asked.learns_answers else "everything",
            "validate-every": 1,
        }
        flags |= {"epochs": asked.epochs} if asked.epochs else {"steps": asked.steps}
        argv = [word for name, value in flags.items() for word in (f"--{name}", str(value))]
        with pytest.MonkeyPatch.context() as patch:
            if asked.ends_at:
                _interrupt_at(asked.ends_at, patch)
            code = main([*argv, *(["--resume"] if resumes else [])])
        if code != (130 if asked.ends_at else 0):
            raise RuntimeError(f"the command ended with {code}")
        record = json.loads((output / "training.json").read_text())
        step = record["optimizer_steps"]
        folder = output if not asked.ends_at else output / "checkpoints" / str(step)
        return Trained(read_weights(folder / WEIGHTS), step, record["tokens_trained"])

    def find_newest(self, output: Path) -> Path:
        """Give those of the last checkpoint."""
        return max((output / "checkpoints").iterdir(), key=lambda folder: int(folder.name)) / WEIGHTS


class MlxLm:
    """`mlx_lm.lora --train`, which takes iterations: as many as there are batches."""

    def train(self, model: Path, asked: Asked, output: Path, *, resumes: bool = False) -> Trained:
        """Do what its command does, but for the choice of a callback."""
        counts = _Counts(asked.ends_at)
        num_batches = -(-len(asked.rows) // asked.batch_size)
        args = SimpleNamespace(
            **CONFIG_DEFAULTS
            | {
                "model": str(model),
                "train": True,
                "data": str(write_rows(output.with_suffix(".rows"), asked)),
                "num_layers": NUM_LAYERS,
                "batch_size": asked.batch_size,
                "iters": asked.epochs * num_batches if asked.epochs else asked.steps,
                "learning_rate": RATE,
                "steps_per_report": 1,
                "steps_per_eval": 1,
                "adapter_path": str(output),
                "save_every": 1,
                "max_seq_length": asked.max_seq_length,
                "grad_accumulation_steps": asked.accumulation,
                "lora_parameters": {"rank": RANK, "dropout": 0.0, "scale": SCALE, "keys": list(MODULES)},
                "mask_prompt": asked.learns_answers,
                "resume_adapter_file": str(self.find_newest(output)) if resumes else None,
            }
        )
        np.random.seed(args.seed)
        base, tokenizer = load(args.model)
        train_set, valid_set, _ = load_dataset(args, tokenizer)
        mx.disable_compile()  # which changes nothing but the time
        try:
            train_model(args, base, train_set, valid_set, counts)
        except KeyboardInterrupt:
            if not asked.ends_at:
                raise
        finally:
            mx.enable_compile()
        recorded = json.loads((output / "adapter_config.json").read_text())["iters"]
        return Trained(read_weights(output / WEIGHTS), recorded, counts.tokens)

    def find_newest(self, output: Path) -> Path:
        """Give those at the end, as it is told to."""
        return output / WEIGHTS


class _Counts(TrainingCallback):  # type: ignore[misc]  # mlx-lm is untyped
    def __init__(self, ends_at: int | None) -> None:
        self._ends_at = ends_at
        self.tokens = 0

    def on_train_loss_report(self, train_info: dict[str, Any]) -> None:
        """Take what is told behind each iteration."""
        self.tokens = train_info["trained_tokens"]
        if train_info["iteration"] == self._ends_at:
            signal.raise_signal(signal.SIGINT)


def _interrupt_at(step: int, patch: pytest.MonkeyPatch) -> None:
    take = Learner.step

    def take_and_interrupt(self: Learner, batches: Any, number: int) -> Any:
        result = take(self, batches, number)
        if number == step:
            signal.raise_signal(signal.SIGINT)
        return result

    patch.setattr(Learner, "step", take_and_interrupt)


def write_rows(folder: Path, asked: Asked) -> Path:
    """Write the rows as both read them."""
    folder.mkdir(exist_ok=True)
    for name, rows in (("train", asked.rows), ("valid", asked.validation)):
        if rows is not None:
            (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def read_weights(file: Path) -> dict[str, NDArray[np.float32]]:
    """Read an adapter's tensors."""
    loaded = mx.load(str(file))
    assert isinstance(loaded, dict)
    return {name: np.array(array.astype(mx.float32)) for name, array in loaded.items()}
