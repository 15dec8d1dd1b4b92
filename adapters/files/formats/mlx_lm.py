"""mlx-lm's format, as `mlx_lm.lora` writes it, and with other options mlx-lm-lora, mlx-tune and mlx-vlm since 0.6.

`adapter_config.json` {fine_tune_type, lora_parameters {rank, scale, keys}, and the options of the training}, `adapters.safetensors`
with `<module>.lora_a` (in, rank) and `<module>.lora_b` (rank, out), and of DoRA `<module>.m` (out,).
"""

import re
from collections.abc import Collection, Sequence
from typing import Annotated, Any, Literal

import msgspec

from adapters.errors import UnsupportedAdapter
from adapters.files.checkpoints import find_batches_seen
from adapters.files.folder import AdapterFolder
from adapters.files.formats.adapter_format import Factor, Place
from adapters.files.module_names import layer_of, name_in_text_model, targeted_modules
from adapters.files.refusals import FULL
from adapters.files.training import TrainingRecord, as_count, as_file_name, as_rate

_TENSOR = re.compile(r"(.+)\.(lora_a|lora_b|m)")
_FACTORS: dict[str, Factor] = {"lora_a": "a", "lora_b": "b", "m": "m"}


class LoraParameters(msgspec.Struct, frozen=True):
    """The part of the configuration that serving needs."""

    rank: Annotated[int, msgspec.Meta(ge=1, le=1 << 16)]
    scale: float
    keys: Annotated[list[str], msgspec.Meta(max_length=4096)] | None = None
    use_dora: bool | None = None  # mlx-lm-lora's, which writes no fine_tune_type


class MlxLmConfig(msgspec.Struct, frozen=True):
    """mlx-lm's `adapter_config.json`; what only the training needed may hold anything."""

    lora_parameters: LoraParameters
    num_layers: int | None = None  # the last ones of the base's; all if it is not positive
    iters: Any = None
    batch_size: Any = None
    learning_rate: Any = None
    lr_schedule: Any = None
    grad_accumulation_steps: Any = None
    resume_adapter_file: Any = None


class MlxLmFormat:
    """Implements AdapterFormat."""

    name: Literal["mlx-lm"] = "mlx-lm"
    weights_name = "adapters.safetensors"
    is_transposed = False
    leaves: dict[Factor, str] = {factor: leaf for leaf, factor in _FACTORS.items()}  # noqa: RUF012

    def __init__(self, raw: dict[str, object]) -> None:
        """Raises UnsupportedAdapter, or msgspec.ValidationError."""
        kind = raw.get("fine_tune_type", "lora")
        if kind not in ("lora", "dora"):
            raise UnsupportedAdapter(FULL if kind == "full" else f"its fine_tune_type is {kind!r:.60}, expected 'lora' or 'dora'")
        self._config = msgspec.convert(raw, MlxLmConfig)
        self.nominal_scale = self._config.lora_parameters.scale
        self.has_magnitudes = kind == "dora" or bool(self._config.lora_parameters.use_dora)

    def place(self, tensor_name: str) -> Place | None:
        """Say whose factor a tensor is. Magnitudes are taken from any file that has them: mlx-tune writes 'lora' over its DoRA too."""
        match = _TENSOR.fullmatch(tensor_name)
        module = name_in_text_model(match[1]) if match else None
        return Place(module, match[1], _FACTORS[match[2]]) if match and module else None

    def ranks_of(self, place: Place) -> Sequence[int]:
        """Every module has the same."""
        return (self._config.lora_parameters.rank,)

    def scale_of(self, place: Place, rank: int) -> float:
        """Every module has the same."""
        return self.nominal_scale

    def find_misplaced(self, place: Place) -> str | None:
        """Nothing is: mlx-lm names its targets in more than one way, and loads what the file holds."""
        return None

    def expected_modules(self, found: Collection[str], num_layers: int | None) -> Collection[str]:
        """The layers are the last ones of the base; where it is not known how many it has, there must be no gap among those found.

        Leading ones may have no tensors at all, as long as no key names one of their modules in full: mlx-tune writes the number of
        the base's layers, however many it trained.
        """
        layers, first = self._layers(found, num_layers), min(map(layer_of, found))
        in_each, in_full = self._keys()
        return {*targeted_modules(in_each, [layer for layer in layers if layer >= first]), *targeted_modules(in_full, layers)}

    def find_oddities(self, found: Collection[str], num_layers: int | None) -> Sequence[str]:
        """Say which of the layers that the configuration asks for have no tensors."""
        layers, first = self._layers(found, num_layers), min(map(layer_of, found))
        in_each, in_full = self._keys()
        if not layers or first <= layers[0] or (in_full and not targeted_modules(in_each, layers)):
            return ()
        return [f"its configuration asks for the last {len(layers)} layers, its tensors are those of the last {layers[-1] - first + 1}"]

    def read_record(self, folder: AdapterFolder) -> TrainingRecord:
        """The configuration is written before the training: what was done is known where a numbered checkpoint holds the same weights."""
        planned, seen = as_count(self._config.iters), find_batches_seen(folder, self.weights_name)
        if seen is None:
            return self._record(None if self._says_nothing() else "planned", planned)
        if planned is not None and seen > planned:
            return TrainingRecord(
                note=f"its weights are those of its checkpoint after {seen} iterations, of another training than the configuration's: "
                f"that has {planned}"
            )
        return self._record("done", seen)

    def _record(self, basis: Literal["planned", "done"] | None, iterations: int | None) -> TrainingRecord:
        config = self._config
        batch_size, accumulated = as_count(config.batch_size), as_count(config.grad_accumulation_steps)
        if config.grad_accumulation_steps is None and config.iters is not None:
            accumulated = 1  # mlx-lm's default, and all there was in its older versions
        is_whole = config.resume_adapter_file in (None, "")
        updates = iterations // accumulated if is_whole and iterations is not None and accumulated else None
        return TrainingRecord(
            basis=basis,
            iterations=iterations,
            learning_rate=self._learning_rate(),
            batch_size=batch_size,
            examples_seen=None if updates is None or accumulated is None or batch_size is None else updates * accumulated * batch_size,
            effective_updates=updates,
            resumed_from=as_file_name(config.resume_adapter_file),
        )

    def _says_nothing(self) -> bool:
        return self._record(None, as_count(self._config.iters)) == TrainingRecord()

    def _keys(self) -> tuple[Sequence[str], Sequence[str]]:
        """Give the keys that name modules of every layer, and those that name one module in full."""
        keys = self._config.lora_parameters.keys or ()
        return [key for key in keys if not name_in_text_model(key)], [key for key in keys if name_in_text_model(key)]

    def _layers(self, found: Collection[str], num_layers: int | None) -> Sequence[int]:
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
