"""A comparison from its options to its report."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from adapters.base.config.reading import read_config
from adapters.base.config.structs import TextConfig
from adapters.base.device import Device
from adapters.base.gguf.header import read_header
from adapters.base.gguf.text_config import read_text_config
from adapters.base.home import expand_home
from adapters.base.identity import digest_model
from adapters.base.loading import load
from adapters.base.vocabulary import load_vocabulary
from adapters.base.weights.shapes import find_base_shape
from adapters.compare.base_norms import MOST_ROUNDS, NUM_VECTORS, BaseNorms
from adapters.compare.comparison import Measured, compare
from adapters.compare.diagnosis import diagnose, find_reference
from adapters.compare.divergence import Diverger
from adapters.compare.entrant import Entrant, read_entrants
from adapters.compare.held_text import read_held_text
from adapters.compare.options import CompareOptions
from adapters.compare.recommendation import recommend
from adapters.compare.report import ComparedModel, Report
from adapters.compare.scores import Scores, read_scores
from adapters.compare.updates import measure_updates
from adapters.fuse.sources import find_base

NORMS = (
    "Of the weights of the same modules. The spectral norm of an update is exact; that of a weight is found from below by block power "
    f"iteration ({NUM_VECTORS} vectors, {MOST_ROUNDS} rounds at most)."
)
NO_TEXT = "nothing, as no adapter fits the model"

Tell = Callable[[str], None]
AllScores = dict[str, Scores]  # by the adapter's name


def run(options: CompareOptions, device: Device, tell: Tell) -> Report:
    """Measure and compare. Raises CommandFault, AdapterError and ModelLoadError."""
    if options.model is None:
        entrants = read_entrants(options.adapters, None)
        scores = _read_scores(entrants, options)
        model, measured = None, [_measure_alone(one, scores) for one in entrants]
    else:
        model, measured = _measure_on_model(options, options.model, device, tell)
    compared = compare(measured, base_layers=model.num_layers if model else None, against=options.against)
    findings = diagnose(compared)
    reference = find_reference(compared)
    return Report(
        model=model,
        reference=reference.name if reference else None,
        adapters=compared,
        findings=findings,
        recommendation=recommend(compared, findings),
    )


def _measure_on_model(options: CompareOptions, asked: str, device: Device, tell: Tell) -> tuple[ComparedModel, list[Measured]]:
    path = find_base(asked)
    config = _read_text_config(path)
    entrants = read_entrants(options.adapters, find_base_shape(config))
    scores = _read_scores(entrants, options)
    entrants = _check_bases(entrants, path, asked)
    fitting = [one for one in entrants if one.fits]
    found, held_text = _measure_fitting(fitting, scores, options, path, device, tell) if fitting else ({}, NO_TEXT)
    measured = [found[one.name] if one.fits else _measure_alone(one, scores) for one in entrants]
    model = ComparedModel(name=_name(asked), num_layers=config.num_layers, update_and_weights=NORMS, held_text=held_text)
    return model, measured


def _measure_fitting(
    entrants: Sequence[Entrant], scores: AllScores, options: CompareOptions, path: Path, device: Device, tell: Tell
) -> tuple[dict[str, Measured], str]:
    """Measure adapters of the model, by name; gives the words for the text that divergence is measured on, too."""
    vocabulary = load_vocabulary(path)
    tell(f"loading {path.name}")
    loaded = load(path, device)
    num_embeddings = loaded.vocabulary_size
    vocabulary.check_rows(path, num_embeddings)
    norms = BaseNorms(loaded.model)
    tell("the base reads the text that divergence is measured on")
    held = read_held_text(options.prompts, loaded.model, vocabulary, num_embeddings=num_embeddings, answer_tokens=options.answer_tokens)
    diverger = Diverger(loaded, held.rows)
    base_frobenius = norms.frobenius()
    measured = {}
    for one in entrants:
        tell(f"measuring {one.name}")
        pairs = one.weights.pairs
        divergence = diverger.measure(pairs)
        measured[one.name] = Measured(
            entrant=one,
            update=measure_updates(pairs, norms.beside(pairs), base_frobenius=base_frobenius),
            divergence=divergence,
            breaks=divergence is None,
            scores=scores.get(one.name),
        )
    return measured, held.told


def _measure_alone(one: Entrant, scores: AllScores) -> Measured:
    return Measured(entrant=one, update=measure_updates(one.weights.pairs), divergence=None, breaks=False, scores=scores.get(one.name))


def _read_scores(entrants: Sequence[Entrant], options: CompareOptions) -> AllScores:
    digests = {one.name: one.weights.digest for one in entrants}
    return {asked.name: read_scores(asked.name, expand_home(asked.place), digests[asked.name]) for asked in options.scores}


def _check_bases(entrants: Sequence[Entrant], path: Path, asked: str) -> list[Entrant]:
    """Note it where an adapter fits the model, and was trained on another one of its shape."""
    if not any(one.fits and one.training for one in entrants):
        return [*entrants]
    digest = digest_model(path)
    return [_note_other_base(one, asked) if one.fits and one.training and one.training.base.digest != digest else one for one in entrants]


def _note_other_base(one: Entrant, asked: str) -> Entrant:
    assert one.training is not None
    name = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in one.training.base.name[:200])
    note = f"it was trained on {name}, whose files are not those of {_name(asked)}: what is measured here is what it does to the latter"
    return msgspec.structs.replace(one, notes=(*one.notes, note))


def _read_text_config(path: Path) -> TextConfig:
    return read_config(path).text if path.is_dir() else read_text_config(read_header(path))


def _name(asked: str) -> str:
    """Name a model without the path that led to it."""
    place = expand_home(asked)
    return place.resolve().name if place.exists() else asked
