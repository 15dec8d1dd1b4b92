"""PEFT's format, as `save_pretrained` writes it: https://huggingface.co/docs/peft/developer_guides/checkpoint.

`adapter_config.json` {peft_type, r, lora_alpha, target_modules, …}, `adapter_model.safetensors` with
`base_model.model.<module>.lora_A[.default].weight` (rank, in) and `….lora_B[.default].weight` (out, rank).
Regular expressions of the configuration are never evaluated, since one can be written that takes for ever: a `target_modules` that is
one cannot be checked against the tensors, and in `rank_pattern` and `alpha_pattern`, which decide the scale, they are refused.
"""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from adapters.base.json_file import decode_json
from adapters.errors import UnreadableAdapter, UnsupportedAdapter
from adapters.files.folder import AdapterFolder
from adapters.files.formats.adapter_format import Factor, Place
from adapters.files.module_names import endings, layer_of, name_in_text_model, targeted_modules
from adapters.files.refusals import DORA
from adapters.files.training import TrainingRecord

TRAINER_STATE_NAME = "trainer_state.json"  # the transformers Trainer leaves it beside the adapter in a checkpoint
MAX_TRAINER_STATE_BYTES = 4 << 20  # a line of the log is some 200 bytes; of a longer one nothing is said

Rank = Annotated[int, msgspec.Meta(ge=1, le=1 << 16)]
Layer = Annotated[int, msgspec.Meta(ge=0, le=999)]
Names = Annotated[list[str], msgspec.Meta(max_length=4096)]
Setting = TypeVar("Setting", int, float)

_TENSOR = re.compile(r"(?:base_model\.model\.)?(.+)\.lora_([AB])(?:\.default)?\.weight")
_PLAIN_NAME = re.compile(r"\^?([A-Za-z0-9_]+(?:\\?\.[A-Za-z0-9_]+)*)\$?")

# What makes of an adapter something else than one low-rank pair a module, where it is set.
_REFUSED = {
    "use_dora": DORA,
    "lora_bias": "it has biases of its own (lora_bias)",
    "modules_to_save": "it replaces whole modules (modules_to_save)",
    "trainable_token_indices": "it replaces rows of the embeddings (trainable_token_indices)",
    "target_parameters": "it updates bare parameters (target_parameters), not linear layers",
    "layer_replication": "it stacks another model out of the base's layers (layer_replication)",
    "fan_in_fan_out": "it was made for transposed layers (fan_in_fan_out), which Gemma 3 has none of",
    "alora_invocation_tokens": "it acts only after certain tokens (alora_invocation_tokens)",
    "use_qalora": "it pools its inputs by quantisation group (use_qalora)",
    "use_bdlora": "its factors are block-diagonal (use_bdlora)",
    "arrow_config": "it routes each token among several adapters (arrow_config)",
    "monteclora_config": "it draws its weights at random (monteclora_config)",
}
# Initialisations that move part of the base's weights into the adapter, which then does not fit the base that is served.
_REBASING = ("pissa", "olora", "corda", "loftq", "lora_ga")


class PeftConfig(msgspec.Struct, frozen=True):
    """PEFT's `adapter_config.json`, as far as serving needs it."""

    r: Rank
    lora_alpha: float
    target_modules: Names | str | None = None
    exclude_modules: Names | str | None = None
    layers_to_transform: Annotated[list[Layer], msgspec.Meta(max_length=1000)] | Layer | None = None
    rank_pattern: dict[str, Rank] | None = None
    alpha_pattern: dict[str, float] | None = None
    use_rslora: bool = False


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
    has_magnitudes = False
    leaves: dict[Factor, str] = {"a": "lora_A.weight", "b": "lora_B.weight"}  # noqa: RUF012

    def __init__(self, raw: dict[str, Any]) -> None:
        """Raises UnsupportedAdapter with every reason, or msgspec.ValidationError."""
        if reasons := _find_refused(raw):
            raise UnsupportedAdapter("; ".join(reasons))
        self._config = config = msgspec.convert(raw, PeftConfig)
        self._ranks = _by_name("rank_pattern", config.rank_pattern)
        self._alphas = _by_name("alpha_pattern", config.alpha_pattern)
        self._targets = frozenset(config.target_modules) if isinstance(config.target_modules, list) else None
        self.nominal_scale = self._scale(config.r, config.lora_alpha)

    def place(self, tensor_name: str) -> Place | None:
        """Say whose factor a tensor is."""
        match = _TENSOR.fullmatch(tensor_name)
        module = name_in_text_model(match[1]) if match else None
        return Place(module, match[1], "a" if match[2] == "A" else "b") if match and module else None

    def rank_of(self, place: Place) -> int:
        """As `rank_pattern` says, or `r`."""
        return _look_up(self._ranks, place.written, self._config.r)

    def scale_of(self, place: Place) -> float:
        """As `alpha_pattern` and `rank_pattern` say."""
        return self._scale(self.rank_of(place), _look_up(self._alphas, place.written, self._config.lora_alpha))

    def find_misplaced(self, place: Place) -> str | None:
        """PEFT would leave out, with a warning, what its configuration does not target."""
        if self._targets is not None and self._targets.isdisjoint(endings(place.written)):
            return "target_modules does not name it"
        if (layers := self._layers()) is not None and layer_of(place.module) not in layers:
            return "its layer is not among layers_to_transform"
        return None

    def expected_modules(self, found: Collection[str], num_layers: int | None) -> Collection[str]:
        """Each projection that is targeted in each layer that is, as far as that can be told without evaluating anything."""
        if self._targets is None or self._config.exclude_modules:
            return ()
        layers = self._layers()
        if layers is None:
            layers = range(num_layers or max(map(layer_of, found)) + 1)
        return targeted_modules(self._targets, layers)

    def find_oddities(self, found: Collection[str], num_layers: int | None) -> Sequence[str]:
        """There is none that is served."""
        return ()

    def read_record(self, folder: AdapterFolder) -> TrainingRecord:
        """The configuration says nothing of it, the Trainer's state what was done: one update a step."""
        try:
            content = folder.read_whole(TRAINER_STATE_NAME, max_bytes=MAX_TRAINER_STATE_BYTES)
        except (OSError, UnreadableAdapter):
            return TrainingRecord()
        try:
            state = decode_json(content, TrainerState)
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

    def _layers(self) -> Collection[int] | None:
        layers = self._config.layers_to_transform
        return [layers] if isinstance(layers, int) else layers


def _find_refused(raw: Mapping[str, object]) -> list[str]:
    if raw["peft_type"] != "LORA":
        return [f"its peft_type is {raw['peft_type']!r:.60}, expected 'LORA'"]
    reasons = [reason for field, reason in _REFUSED.items() if raw.get(field)]
    if raw.get("bias") not in (None, "none"):
        reasons.append(f"it was trained with the base's biases (bias {raw['bias']!r:.60}, expected 'none')")
    start = raw.get("init_lora_weights")
    if isinstance(start, str) and start.lower().startswith(_REBASING):
        reasons.append(
            f"init_lora_weights {start!r:.60} changed the base's weights before the training: "
            "save it with path_initial_model_for_weight_conversion, which makes a plain LoRA adapter of it"
        )
    return reasons


def _by_name(field: str, pattern: Mapping[str, Setting] | None) -> dict[str, tuple[int, Setting]]:
    """Key a pattern's settings by plain names, each with its place in the order; `^` before a name means the whole of it."""
    settings: dict[str, tuple[int, Setting]] = {}
    for order, (key, setting) in enumerate((pattern or {}).items()):
        if not (name := _PLAIN_NAME.fullmatch(key)):
            raise UnsupportedAdapter(
                f"{field} has the regular expression {key!r:.80}, which is not evaluated: write out the modules' names"
            )
        plain = name[1].replace("\\", "")
        settings.setdefault("^" + plain if key.startswith("^") else plain, (order, setting))
    return settings


def _look_up(settings: Mapping[str, tuple[int, Setting]], written: str, default: Setting) -> Setting:
    """Give the first setting in the pattern's order that names the module, by its end or in full."""
    matching = [settings[name] for name in (*endings(written), "^" + written) if name in settings]
    return min(matching)[1] if matching else default
