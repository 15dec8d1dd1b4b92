"""An adapter to be compared, read from its folder with all that its files tell of its training."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from adapters.base.shape import BaseShape
from adapters.command import CommandFault
from adapters.compare.loss_curve import LossCurve, find_losses, find_step
from adapters.compare.options import Named
from adapters.errors import AdapterError, MismatchedAdapter, NoAdapter
from adapters.files.folder import AdapterFolder
from adapters.files.reading import AdapterWeights, read_adapter
from adapters.files.training_file import TrainingFile, read_training_file
from adapters.fuse.sources import find_adapter


class Entrant(msgspec.Struct, frozen=True, kw_only=True):
    """An adapter that takes part."""

    name: str
    weights: AdapterWeights
    training: TrainingFile | None  # candor's own record, where it is about these weights
    curve: LossCurve | None
    fits: bool  # the model that was given
    step: int | None  # of the checkpoint that it is
    notes: tuple[str, ...]


def read_entrants(asked: Sequence[Named], base: BaseShape | None) -> list[Entrant]:
    """Read all of them; with `base`, those that fit it are known to. Raises CommandFault with everything that cannot be read."""
    entrants, faults = [], []
    for one in asked:
        try:
            entrants.append(_read(one, base))
        except AdapterError as exc:
            faults.append(f"{one.name}: {exc}")
    if faults:
        raise CommandFault("\n".join(faults))
    return entrants


def _read(asked: Named, base: BaseShape | None) -> Entrant:
    place = _find(asked.place)
    misfit = None
    try:
        weights = read_adapter(place, base=base)
    except MismatchedAdapter as exc:
        if base is None:
            raise
        weights = read_adapter(place)  # one that does not fit itself is refused here
        more = f", and {len(exc.mismatches) - 1} more" if len(exc.mismatches) > 1 else ""
        misfit = f"it does not fit the model, and is measured by its weights alone: {exc.mismatches[0]}{more}"
    with AdapterFolder.open(place) as folder:
        training, doubt = read_training_file(folder, weights.digest)
    return Entrant(
        name=asked.name,
        weights=weights,
        training=training,
        curve=None if doubt else find_losses(place.resolve()),
        fits=base is not None and misfit is None,
        step=find_step(place.resolve()),
        notes=tuple(_list_notes(weights, misfit)),
    )


def _find(place: str) -> Path:
    try:
        return find_adapter(place)
    except AdapterError as exc:
        raise NoAdapter(f"there is no folder {place} here, and from Hugging Face: {exc}") from exc


def _list_notes(weights: AdapterWeights, misfit: str | None) -> Iterator[str]:
    if misfit:
        yield misfit
    if weights.record.note:
        yield weights.record.note
    if weights.left_out:
        yield f"left out, since it changes nothing of a text: {', '.join(weights.left_out)}"
