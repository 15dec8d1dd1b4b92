"""What lives on the MLX thread: the model, the bank of adapters inside it, and batches over both."""

from pathlib import Path
from typing import Self

from adapters.bank import AdapterBank
from server.engine.mlx.batch import Batch
from server.engine.mlx.device import Device
from server.engine.mlx.model import LoadedModel, load


class Runtime:
    """A loaded Gemma 3 with the bank of its adapters. Made and used on one thread; what is read from others never changes."""

    def __init__(self, loaded: LoadedModel, device: Device, *, batch_size: int) -> None:
        self.loaded = loaded
        self.bank = AdapterBank(loaded.model, loaded.dtype)
        self._device = device
        self._batch_size = batch_size

    @classmethod
    def start(cls, path: Path, device: Device, *, batch_size: int) -> Self:
        """Load the model in folder `path`. Raises ModelLoadError."""
        return cls(load(path, device), device, batch_size=batch_size)

    def make_batch(self) -> Batch:
        """Make an empty batch over the model."""
        return Batch(
            self.bank.routed_model,
            vocabulary_size=self.loaded.num_drawable,
            stop_ids=self.loaded.stop_ids,
            size=self._batch_size,
            prefill_step_size=self._device.prefill_step_size,
        )
