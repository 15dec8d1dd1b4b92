"""What reading an adapter needs to know of its format. One format a file beside this one."""

from collections.abc import Collection, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

from adapters.files.folder import AdapterFolder
from adapters.files.training import TrainingRecord

CONFIG_NAME = "adapter_config.json"  # in all of them

FormatName = Literal["mlx-lm", "mlx-vlm", "peft"]
Factor = Literal["a", "b", "m"]  # the last is DoRA's magnitude of each output


class Place(NamedTuple):
    """Whose factor a tensor is."""

    module: str  # as the text model names it
    written: str  # as the file does
    factor: Factor


class AdapterFormat(Protocol):
    """An adapter's configuration, as the format that it is in understands it."""

    @property
    def name(self) -> FormatName:
        """The format's name."""
        ...

    @property
    def weights_name(self) -> str:
        """The name of the file with the tensors."""
        ...

    @property
    def is_transposed(self) -> bool:
        """Whether factors are stored as (rank, in) and (out, rank)."""
        ...

    @property
    def has_magnitudes(self) -> bool:
        """Whether the configuration says that each module has a magnitude, as DoRA's do."""
        ...

    @property
    def leaves(self) -> dict[Factor, str]:
        """What each factor is called in the file, after the module's name."""
        ...

    @property
    def nominal_scale(self) -> float:
        """The scale of a module for which the configuration makes no exception."""
        ...

    def place(self, tensor_name: str) -> Place | None:
        """Say whose factor a tensor is; None if it is no factor of a module in a decoder layer."""
        ...

    def ranks_of(self, place: Place) -> Sequence[int]:
        """The ranks that the configuration may mean for a module, never none."""
        ...

    def scale_of(self, place: Place, rank: int) -> float:
        """The scale that the configuration gives a module of this rank."""
        ...

    def find_misplaced(self, place: Place) -> str | None:
        """Say why the configuration has no place for this module's tensors, if it has none."""
        ...

    def expected_modules(self, found: Mapping[str, str], num_layers: int | None) -> Collection[str]:
        """List the modules that must have tensors by the configuration.

        Given are those that have, with their names as the file writes them, and how many layers the base has, if known.
        """
        ...

    def find_oddities(self, found: Collection[str], num_layers: int | None) -> Sequence[str]:
        """Say what people should know of an adapter that is served all the same, given its modules and the base's layers, if known."""
        ...

    def read_record(self, folder: AdapterFolder) -> TrainingRecord:
        """Gather what the files say of the training. Never fails."""
        ...
