"""What is found out about a machine: everything that the page and the JSON say."""

from typing import Literal

import msgspec

from bench.load import Measurement

Case = Literal["alone, new", "alone, again", "eight at once", "past the window, new", "past the window, again"]
Subject = Literal["candor", "bare model", "mlx_lm.server"]
Variant = Literal["as chosen", "runs_ahead the other way", "has_no_kernels the other way"]


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """The hardware and what runs on it."""

    date: str
    system: str  # with its version
    chip: str
    num_cpus: int
    memory_bytes: int
    load_average: float  # of a minute, before anything was measured
    python: str
    versions: dict[str, str]
    commit: str


class Backend(msgspec.Struct, frozen=True, kw_only=True):
    """What candor chose, and what MLX says of the device; read in a process of its own."""

    device: str  # candor's line
    weights_dtype: str | None  # that weights are cast to; None leaves them as they are
    runs_ahead: bool
    has_no_kernels: bool
    mlx_device: dict[str, str | int]
    resident_bytes: int  # of that process: MLX and mlx-lm imported, no model


class ModelShape(msgspec.Struct, frozen=True, kw_only=True):
    """A model by what it is made of; its folder stays where it is."""

    name: str
    kind: str  # model_type
    num_parameters: int
    stored_dtype: str
    bits: int | None  # None is not quantised
    num_layers: int
    hidden_size: int
    vocabulary_size: int
    window: int
    size_bytes: int  # of the weights' files


class CaseParity(msgspec.Struct, frozen=True, kw_only=True):
    """Greedy answers of the server against mlx-lm's own, under one condition."""

    case: Case
    num_equal: int
    num_near_ties: int
    num_different: int
    num_tokens: int  # of mlx-lm's answers
    num_cached_tokens: int | None = None  # that the server says it had of an equal prompt right before; None where that was not asked
    partings: list[str] = []  # after how many tokens, and by how much mlx-lm prefers its own


class Speed(msgspec.Struct, frozen=True, kw_only=True):
    """What one subject did in one round."""

    num_clients: int
    round_number: int
    subject: Subject
    measured: Measurement


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """Resident memory of candor's process."""

    loaded_bytes: int
    peak_bytes: int  # the most that was read while sixteen clients were answered


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """An engine in process, with one of the device's choices the other way, in one round."""

    variant: Variant
    round_number: int
    tokens_per_s: dict[str, float] = {}  # by what was done
    loaded_bytes: int = 0  # as MLX counts: the weights and what belongs to them
    peak_bytes: int = 0  # as MLX counts, during the waves
    fault: str | None = None  # the kind of error, where there was one


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All of a run."""

    is_quick: bool
    duration_s: float
    machine: Machine
    backend: Backend
    model: ModelShape
    max_tokens: int
    num_trial_tokens: int  # of an answer where the device's choices were tried
    num_rounds: int
    parity: list[CaseParity]
    speeds: list[Speed]
    first_tokens: list[dict[str, float]]  # one a round, as bench.prompt_reuse names them
    memory: Memory
    trials: list[Trial]
    missing: dict[str, str] = {}  # what could not be measured: the part and the kind of error
