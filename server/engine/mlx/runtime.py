"""What lives on the MLX thread: the model, the bank of adapters inside it, and batches over both."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from adapters.bank import AdapterBank
from adapters.errors import AdapterError
from adapters.registry import AdapterRegistry
from server.engine.errors import ModelLoadError
from server.engine.mlx.batch import Batch
from server.engine.mlx.device import Device
from server.engine.mlx.model import LoadedModel, load


class Runtime:
    """A loaded Gemma 3 with its adapters. Made and used on one thread; what is read from others never changes."""

    def __init__(self, loaded: LoadedModel, device: Device, *, batch_size: int) -> None:
        self.loaded = loaded
        self.bank = AdapterBank(loaded.model, loaded.dtype)
        self.adapters = AdapterRegistry(self.bank)
        self._device = device
        self._batch_size = batch_size

    @classmethod
    def start(cls, path: Path, device: Device, adapters: Sequence[tuple[str, Path]], *, batch_size: int) -> Self:
        """Load the model in folder `path` and the adapters, given as (name, folder). Raises ModelLoadError."""
        runtime = cls(load(path, device), device, batch_size=batch_size)
        for name, folder in adapters:
            try:
                runtime.adapters.load(name, folder)
            except AdapterError as exc:
                raise ModelLoadError(f"adapter {name!r} could not be loaded: {exc}") from exc
        return runtime

    def make_batch(self) -> Batch:
        """Make an empty batch over the model."""
        return Batch(
            self.bank.routed_model,
            vocabulary_size=self.loaded.vocabulary_size,
            stop_ids=self.loaded.stop_ids,
            size=self._batch_size,
            prefill_step_size=self._device.prefill_step_size,
        )
