"""mlx-vlm's own format, as it wrote it up to 0.5: https://github.com/Blaizzy/mlx-vlm. Since 0.6 it writes mlx-lm's.

`adapter_config.json` {rank, alpha, dropout}, `adapters.safetensors` with `<module>.A` (in, rank) and `<module>.B` (rank, out).
Up to 0.4 the update is multiplied with `alpha` itself, since 0.5 with `alpha / rank`, of older files too, and no file says who wrote
it. What an adapter was trained with is what it is served with: `alpha`, unless the file can only be a newer one's, or has a `scale`.
"""

import re
from collections.abc import Collection, Sequence
from typing import Annotated, Any, Literal

import msgspec

from adapters.files.checkpoints import find_batches_seen
from adapters.files.folder import AdapterFolder
from adapters.files.formats.adapter_format import Factor, Place
from adapters.files.module_names import layer_of, name_in_text_model
from adapters.files.training import TrainingRecord

_TENSOR = re.compile(r"(.+)\.([AB])")


class MlxVlmConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """mlx-vlm's `adapter_config.json`."""

    rank: Annotated[int, msgspec.Meta(ge=1, le=1 << 16)]
    alpha: float = 0.1  # mlx-vlm's default
    scale: float | None = None  # not mlx-vlm's: for people to say what its updates are multiplied with
    dropout: Any = None
    base_quantization: Any = None  # since 0.7


class MlxVlmFormat:
    """Implements AdapterFormat."""

    name: Literal["mlx-vlm"] = "mlx-vlm"
    weights_name = "adapters.safetensors"
    is_transposed = False
    has_magnitudes = False
    leaves: dict[Factor, str] = {"a": "A", "b": "B"}  # noqa: RUF012

    def __init__(self, raw: dict[str, object]) -> None:
        """Raises msgspec.ValidationError."""
        self._config = config = msgspec.convert(raw, MlxVlmConfig)
        is_newer = config.base_quantization is not None
        self.nominal_scale = config.scale if config.scale is not None else config.alpha / (config.rank if is_newer else 1)
        self._is_ambiguous = config.scale is None and not is_newer and config.rank > 1

    def place(self, tensor_name: str) -> Place | None:
        """Say whose factor a tensor is."""
        match = _TENSOR.fullmatch(tensor_name)
        module = name_in_text_model(match[1]) if match else None
        return Place(module, match[1], "a" if match[2] == "A" else "b") if match and module else None

    def ranks_of(self, place: Place) -> Sequence[int]:
        """Every module has the same."""
        return (self._config.rank,)

    def scale_of(self, place: Place, rank: int) -> float:
        """Every module has the same."""
        return self.nominal_scale

    def find_misplaced(self, place: Place) -> str | None:
        """Nothing is: mlx-vlm adapts every linear layer of the text model, whatever the file holds."""
        return None

    def expected_modules(self, found: Collection[str], num_layers: int | None) -> Collection[str]:
        """What one layer has all have: its targets are the last parts of names."""
        kinds = {module.split(".", 3)[3] for module in found}
        return [f"model.layers.{layer}.{kind}" for layer in range(num_layers or max(map(layer_of, found)) + 1) for kind in kinds]

    def find_oddities(self, found: Collection[str], num_layers: int | None) -> Sequence[str]:
        """Say what cannot be known of the scale."""
        if not self._is_ambiguous:
            return ()
        config = self._config
        return [
            f"its scale is {config.alpha:g}, alpha, as mlx-vlm up to 0.4 trained it; if 0.5 or newer did, it is alpha / rank: "
            f'write "scale": {config.alpha / config.rank:g} into its adapter_config.json'
        ]

    def read_record(self, folder: AdapterFolder) -> TrainingRecord:
        """The configuration says nothing of it; a checkpoint with the same weights how many batches."""
        seen = find_batches_seen(folder, self.weights_name)
        return TrainingRecord() if seen is None else TrainingRecord(basis="done", iterations=seen)
