"""mlx-lm's format, as `mlx_lm.lora` writes it.

`adapter_config.json` {fine_tune_type, lora_parameters {rank, scale, keys}, and the options of the training}, `adapters.safetensors`
with `<module>.lora_a` (in, rank) and `<module>.lora_b` (rank, out).
"""

import re
from collections.abc import Collection, Iterable
from typing import Annotated, Any, Literal

import msgspec

from adapters.errors import UnsupportedAdapter
from adapters.files.folder import AdapterFolder
from adapters.files.formats.adapter_format import Factor, Place
from adapters.files.module_names import layer_of, name_in_text_model, targeted_modules
from adapters.files.refusals import DORA, FULL
from adapters.files.training import TrainingRecord, as_count, as_rate

_TENSOR = re.compile(r"(.+)\.lora_([ab])")


class LoraParameters(msgspec.Struct, frozen=True):
    """The part of the configuration that serving needs."""

    rank: Annotated[int, msgspec.Meta(ge=1, le=1 << 16)]
    scale: float
    keys: Annotated[list[str], msgspec.Meta(max_length=4096)] | None = None


class MlxLmConfig(msgspec.Struct, frozen=True):
    """mlx-lm's `adapter_config.json`; what only the training needed may hold anything."""

    lora_parameters: LoraParameters
    num_layers: int | None = None  # the last ones of the base's; all if it is not positive
    iters: Any = None
    batch_size: Any = None
    learning_rate: Any = None
    lr_schedule: Any = None
    grad_accumulation_steps: Any = 1


class MlxLmFormat:
    """Implements AdapterFormat."""

    name: Literal["mlx-lm"] = "mlx-lm"
    weights_name = "adapters.safetensors"
    is_transposed = False
    leaves: dict[Factor, str] = {"a": "lora_a", "b": "lora_b"}  # noqa: RUF012

    def __init__(self, raw: dict[str, object]) -> None:
        """Raises UnsupportedAdapter, or msgspec.ValidationError."""
        kind = raw.get("fine_tune_type", "lora")
        if kind != "lora":
            raise UnsupportedAdapter({"dora": DORA, "full": FULL}.get(str(kind), f"its fine_tune_type is {kind!r:.60}, expected 'lora'"))
        self._config = msgspec.convert(raw, MlxLmConfig)
        self.nominal_scale = self._config.lora_parameters.scale

    def place(self, tensor_name: str) -> Place | None:
        """Say whose factor a tensor is."""
        match = _TENSOR.fullmatch(tensor_name)
        module = name_in_text_model(match[1]) if match else None
        return Place(module, match[1], "a" if match[2] == "a" else "b") if match and module else None

    def rank_of(self, place: Place) -> int:
        """Every module has the same."""
        return self._config.lora_parameters.rank

    def scale_of(self, place: Place) -> float:
        """Every module has the same."""
        return self.nominal_scale

    def find_misplaced(self, place: Place) -> str | None:
        """Nothing is: mlx-lm names its targets in more than one way, and loads what the file holds."""
        return None

    def expected_modules(self, found: Collection[str], num_layers: int | None) -> Collection[str]:
        """The layers are the last ones of the base. Where it is not known how many it has, there must be no gap among those found."""
        return targeted_modules(self._config.lora_parameters.keys or (), self._layers(found, num_layers))

    def read_record(self, folder: AdapterFolder) -> TrainingRecord:
        """It is all in the configuration: a batch an iteration, an update every so many."""
        config = self._config
        iterations, batch_size = as_count(config.iters), as_count(config.batch_size)
        accumulated = as_count(config.grad_accumulation_steps)
        return TrainingRecord(
            iterations=iterations,
            learning_rate=self._learning_rate(),
            batch_size=batch_size,
            examples_seen=None if iterations is None or batch_size is None else iterations * batch_size,
            effective_updates=iterations // accumulated if iterations is not None and accumulated else None,
        )

    def _layers(self, found: Collection[str], num_layers: int | None) -> Iterable[int]:
        num_trained = self._config.num_layers
        if num_layers is None or num_trained is None:
            layers = [layer_of(module) for module in found]
            return range(min(layers), max(layers) + 1)
        return range(max(num_layers - num_trained, 0) if num_trained > 0 else 0, num_layers)

    def _learning_rate(self) -> float | None:
        """With a schedule mlx-lm does not read `learning_rate`: the rate is the schedule's first argument."""
        match self._config.lr_schedule:
            case None:
                return as_rate(self._config.learning_rate)
            case {"arguments": [rate, *_]}:
                return as_rate(rate)
            case _:
                return None
