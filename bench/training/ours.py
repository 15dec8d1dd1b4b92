"""candor's learner as a process of its own: an epoch for each line of stdin, and its figures as a line on stdout.

python -m bench.training.ours TASK_AS_JSON
"""

import sys
import time
from pathlib import Path

import msgspec

from adapters.base.device import prepare_device

DEVICE = prepare_device()

from adapters.base.loading import load  # noqa: E402
from adapters.base.vocabulary import load_vocabulary  # noqa: E402
from adapters.train.data.batches import make_batch, plan_epoch  # noqa: E402
from adapters.train.data.dataset import read_dataset  # noqa: E402
from adapters.train.learner.learner import Learner  # noqa: E402
from adapters.train.settings import TrainingSettings  # noqa: E402
from bench.training.epoch import Epoch, Task  # noqa: E402
from bench.training.memory import forget_peak, read_peak_bytes  # noqa: E402


def main() -> None:
    """Read the rows and learn until stdin ends."""
    task = msgspec.json.decode(sys.argv[1], type=Task)
    settings = TrainingSettings(
        num_steps=task.num_epochs * -(-task.num_rows // task.batch_size),
        batch_size=task.batch_size,
        learning_rate=task.learning_rate,
        rank=task.rank,
        num_layers=task.num_layers,
    )
    folder = Path(task.model)
    loaded = load(folder, DEVICE)
    examples = read_dataset(
        Path(task.data) / "train.jsonl",
        load_vocabulary(folder),
        num_embeddings=loaded.vocabulary_size,
        train_on=settings.train_on,
        max_seq_length=settings.max_seq_length,
    ).examples
    learner = Learner(loaded.model, settings, DEVICE, checkpoints_gradients=task.checkpoints_gradients)
    whole_peak_bytes = read_peak_bytes()
    forget_peak()
    lengths = [len(example.token_ids) for example in examples]
    number = 0
    for epoch, _ in enumerate(sys.stdin):
        began_s = time.perf_counter()
        loss_sum, num_targets = 0.0, 0
        for rows in plan_epoch(lengths, batch_size=task.batch_size, seed=0, epoch=epoch):
            number += 1
            result = learner.step([make_batch([examples[row] for row in rows])], number)
            loss_sum += result.loss_sum
            num_targets += result.num_targets
        wall_s = time.perf_counter() - began_s
        peak_bytes = read_peak_bytes()
        figures = Epoch(
            wall_s=wall_s,
            num_targets=num_targets,
            loss=loss_sum / num_targets,
            peak_bytes=peak_bytes,
            whole_peak_bytes=max(peak_bytes, whole_peak_bytes),
        )
        print(msgspec.json.encode(figures).decode(), flush=True)


if __name__ == "__main__":
    main()
