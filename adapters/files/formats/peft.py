"""PEFT's format, as `save_pretrained` writes it: https://huggingface.co/docs/peft/developer_guides/checkpoint.

`adapter_config.json` {peft_type, r, lora_alpha, target_modules, …}, `adapter_model.safetensors` with
`base_model.model.<module>.lora_A[.default].weight` (rank, in) and `….lora_B[.default].weight` (out, rank).
In a training state's names a name of the adapter may stand before `weight`; DoRA's have `….lora_magnitude_vector` (out,) as well.
"""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec

from adapters.base.json_file import decode_python_json
from adapters.errors import UnreadableAdapter, UnsupportedAdapter
from adapters.files.folder import AdapterFolder
from adapters.files.formats.adapter_format import Factor, Place
from adapters.files.formats.peft_pattern import Pattern
from adapters.files.formats.peft_refusals import find_refused_fields
from adapters.files.formats.peft_targets import Targets
from adapters.files.module_names import name_in_text_model, without_wrappers
from adapters.files.training import TrainingRecord

TRAINER_STATE_NAME = "trainer_state.json"  # the transformers Trainer leaves it beside the adapter in a checkpoint
MAX_TRAINER_STATE_BYTES = 4 << 20  # a line of the log is some 200 bytes; of a longer one nothing is said

Rank = Annotated[int, msgspec.Meta(ge=1, le=1 << 16)]
Layer = Annotated[int, msgspec.Meta(ge=0, le=999)]
Names = Annotated[list[str], msgspec.Meta(max_length=4096)]

_LEAF = r"lora_(?:(?P<factor>[AB])(?:\.[^.]+)?\.weight|magnitude_vector(?:\.(?!weight$)[^.]+)?(?:\.weight)?)"
_TENSOR = re.compile(rf"(?P<module>.+)\.{_LEAF}")
_PEFTS_OWN = "base_model.model."  # before the model's own names


class PeftConfig(msgspec.Struct, frozen=True):
    """PEFT's `adapter_config.json`, as far as serving needs it."""

    r: Rank
    lora_alpha: float
    target_modules: Names | str | None = None
    exclude_modules: Names | str | None = None
    layers_pattern: Names | str | None = None
    layers_to_transform: Annotated[list[Layer], msgspec.Meta(max_length=1000)] | Layer | None = None
    rank_pattern: dict[str, Rank] | None = None
    alpha_pattern: dict[str, float] | None = None
    use_rslora: bool | None = None
    use_dora: bool | None = None


class LogEntry(msgspec.Struct, frozen=True):
    """A line of the Trainer's log; not all have a rate."""

    learning_rate: float | None = None


class TrainerState(msgspec.Struct, frozen=True):
    """The part of the Trainer's state that is a number of something."""

    global_step: Annotated[int, msgspec.Meta(ge=0)] | None = None
    train_batch_size: Annotated[int, msgspec.Meta(ge=0)] | None = None
    best_global_step: int | None = None  # whose weights `load_best_model_at_end` takes at the end
    log_history: list[LogEntry] = []


class PeftFormat:
    """Implements AdapterFormat."""

    name: Literal["peft"] = "peft"
    weights_name = "adapter_model.safetensors"
    is_transposed = True
    leaves: dict[Factor, str] = {"a": "lora_A.weight", "b": "lora_B.weight", "m": "lora_magnitude_vector"}  # noqa: RUF012

    def __init__(self, raw: dict[str, Any]) -> None:
        """Raises UnsupportedAdapter with every reason, or msgspec.ValidationError."""
        if reasons := find_refused_fields(raw):
            raise UnsupportedAdapter("; ".join(reasons))
        self._config = config = msgspec.convert(raw, PeftConfig)
        self._ranks = Pattern("rank_pattern", config.rank_pattern)
        self._alphas = Pattern("alpha_pattern", config.alpha_pattern)
        self._targets = Targets(
            target_modules=config.target_modules,
            exclude_modules=config.exclude_modules,
            layers=config.layers_to_transform,
            layers_pattern=config.layers_pattern,
        )
        self.has_magnitudes = bool(config.use_dora)
        self.nominal_scale = self._scale(config.r, config.lora_alpha)

    def place(self, tensor_name: str) -> Place | None:
        """Say whose factor a tensor is."""
        if not (match := _TENSOR.fullmatch(tensor_name)):
            return None
        written = _name_in_model(match["module"])
        module = name_in_text_model(written)
        factors: dict[str | None, Factor] = {"A": "a", "B": "b", None: "m"}
        return Place(module, written, factors[match["factor"]]) if module else None

    def ranks_of(self, place: Place) -> Sequence[int]:
        """As `rank_pattern` says, or `r`. Of several keys any may have been the first in the training: PEFT sorts them when it saves."""
        return self._ranks.look_up_all(place.written, self._config.r)

    def scale_of(self, place: Place, rank: int) -> float:
        """As `alpha_pattern` says, and the rank."""
        return self._scale(rank, self._alphas.look_up(place.written, self._config.lora_alpha))

    def find_misplaced(self, place: Place) -> str | None:
        """PEFT would leave out, with a warning, what its configuration does not target."""
        if place.factor == "m" and not self.has_magnitudes:
            return "use_dora is not set"
        return self._targets.find_fault(place.written)

    def expected_modules(self, found: Mapping[str, str], num_layers: int | None) -> Collection[str]:
        """Each projection that is targeted in each layer that is, as far as that can be told."""
        return self._targets.expected(found, num_layers)

    def find_oddities(self, found: Collection[str], num_layers: int | None) -> Sequence[str]:
        """Say where the scale hangs on an order that is not the training's: PEFT sorts the keys of patterns when it saves."""
        if not (modules := sorted(self._alphas.overlaps)):
            return ()
        named = modules[0] + (f" and {len(modules) - 1} more" if modules[1:] else "")
        return [
            f"alpha_pattern has several keys for {named}, and the first in the file counts: PEFT sorts them when it saves, "
            "so it may have been another in the training"
        ]

    def read_record(self, folder: AdapterFolder) -> TrainingRecord:
        """The configuration says nothing of it, the Trainer's state what was done: one update a step."""
        try:
            content = folder.read_whole(TRAINER_STATE_NAME, max_bytes=MAX_TRAINER_STATE_BYTES)
        except (OSError, UnreadableAdapter):
            return TrainingRecord()
        try:
            state = decode_python_json(content, TrainerState)  # a norm or a loss of NaN is nothing rare
        except ValueError as exc:
            return TrainingRecord(note=f"{TRAINER_STATE_NAME} is not read: {exc}")
        rates = [entry.learning_rate for entry in state.log_history if entry.learning_rate is not None]
        record = TrainingRecord(learning_rate=max(rates, default=None), batch_size=state.train_batch_size)
        if state.global_step is None:
            return record
        if state.best_global_step not in (None, state.global_step) and folder.path.name != f"checkpoint-{state.global_step}":
            note = f"it may be the best checkpoint's, after {state.best_global_step} updates, or the last one's, after {state.global_step}"
            return msgspec.structs.replace(record, note=note)
        return msgspec.structs.replace(record, basis="done", effective_updates=state.global_step)

    def _scale(self, rank: int, alpha: float) -> float:
        return alpha / (math.sqrt(rank) if self._config.use_rslora else rank)


def _name_in_model(module: str) -> str:
    """Take PEFT's own part off the front of a module's name, and what wraps that."""
    if not without_wrappers(module).removeprefix("model.").startswith(_PEFTS_OWN):  # `model.`: Lightning's
        return module
    return module.partition("base_model.")[2].partition("model.")[2]
