"""`mlx_lm lora` as a process of its own: an epoch for each line of stdin, and its figures as a line on stdout.

    python -m bench.training.theirs TASK_AS_JSON

Its own command's functions load the model and the rows and train; its own report after each epoch is where it waits to be asked again.
It counts a padding token a row as trained: here the targets are counted from its own rows and offsets. Run it with OpenBLAS preloaded.
"""

import os
import sys
import tempfile
import time
from types import SimpleNamespace
from typing import Any

import msgspec
from mlx_lm import lora, utils
from mlx_lm.tuner.callbacks import TrainingCallback
from mlx_lm.tuner.datasets import load_dataset

from bench.training.epoch import Epoch, Task
from bench.training.memory import forget_peak, read_peak_bytes


class Report(TrainingCallback):  # type: ignore[misc]  # mlx-lm has no types
    """Answers for an epoch and waits for the next."""

    def __init__(self, num_targets: int, whole_peak_bytes: int, output: Any) -> None:
        self._num_targets = num_targets
        self._whole_peak_bytes = whole_peak_bytes
        self._output = output
        self._began_s = time.perf_counter()

    def on_train_loss_report(self, train_info: dict[str, Any]) -> None:
        """Take the time since it was asked."""
        wall_s = time.perf_counter() - self._began_s
        peak_bytes = read_peak_bytes()
        figures = Epoch(
            wall_s=wall_s,
            num_targets=self._num_targets,
            loss=train_info["train_loss"],  # a mean over batches
            peak_bytes=peak_bytes,
            whole_peak_bytes=max(peak_bytes, self._whole_peak_bytes),
        )
        self._output.write(msgspec.json.encode(figures) + b"\n")
        self._output.flush()
        if not sys.stdin.readline():
            sys.exit(0)
        self._began_s = time.perf_counter()


def main() -> None:
    """Load, wait for the first line, and train until stdin ends."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what it prints is for people
    task = msgspec.json.decode(sys.argv[1], type=Task)
    num_batches = task.num_rows // task.batch_size
    with tempfile.TemporaryDirectory() as scratch:
        options = lora.CONFIG_DEFAULTS | {
            "model": task.model,
            "train": True,
            "data": task.data,
            "num_layers": task.num_layers,
            "batch_size": task.batch_size,
            "iters": num_batches * task.num_epochs,
            "learning_rate": task.learning_rate,
            "steps_per_report": num_batches,
            "save_every": num_batches * task.num_epochs + 1,
            "adapter_path": scratch,
            "lora_parameters": {"rank": task.rank, "dropout": 0.0, "scale": 20.0},
            "mask_prompt": True,
            "grad_checkpoint": task.checkpoints_gradients,
        }
        args = SimpleNamespace(**options)
        model, tokenizer = utils.load(task.model)
        rows, validation, _ = load_dataset(args, tokenizer)
        num_targets = sum(len(tokens) - offset for tokens, offset in map(rows.process, rows))
        whole_peak_bytes = read_peak_bytes()
        forget_peak()
        if sys.stdin.readline():
            lora.train_model(args, model, rows, validation, Report(num_targets, whole_peak_bytes, output))


if __name__ == "__main__":
    main()
