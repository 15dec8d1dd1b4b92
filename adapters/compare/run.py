"""A comparison from its options to its report."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from adapters.bank.bank import AdapterBank
from adapters.bank.routing import Routing
from adapters.base.device import Device
from adapters.base.fetch import find_model
from adapters.base.identity import digest_model
from adapters.base.loading import load
from adapters.base.vocabulary import load_vocabulary
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

Tell = Callable[[str], None]
DEMO = "demo"  # as the server takes it
DEMO_FOLDER = Path(__file__).resolve().parents[2] / "server" / "demo" / "model"
NORMS = (
    "Against the weights of the same modules. The spectral norm of an update is exact; that of a weight is found from below by block power "
    f"iteration ({NUM_VECTORS} vectors, {MOST_ROUNDS} rounds at most)."
)


def run(options: CompareOptions, device: Device, tell: Tell) -> Report:
    """Measure and compare. Raises CommandFault, AdapterError and ModelLoadError."""
    if options.model is None:
        entrants = read_entrants(options.adapters, None)
        model, measured = None, [_measure(one, options, None, None) for one in entrants]
    else:
        model, measured = _measure_on_model(options, device, tell)
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


def _measure_on_model(options: CompareOptions, device: Device, tell: Tell) -> tuple[ComparedModel, list[Measured]]:
    assert options.model is not None
    path = DEMO_FOLDER if options.model == DEMO else find_model(options.model)
    loaded, vocabulary = load(path, device), load_vocabulary(path)
    vocabulary.check_rows(path, loaded.vocabulary_size)
    base = AdapterBank(loaded.model, loaded.dtype, Routing()).base_shape
    entrants = [_check_base(one, path, options.model) for one in read_entrants(options.adapters, base)]
    norms, diverger, told = None, None, "nothing: no adapter fits the model"
    if any(one.fits for one in entrants):
        tell("the base answers the prompts" if options.prompts is None or options.prompts.suffix != ".jsonl" else "the base reads the text")
        norms = BaseNorms(loaded.model)
        held = read_held_text(
            options.prompts, loaded.model, vocabulary, num_embeddings=loaded.vocabulary_size, answer_tokens=options.answer_tokens
        )
        diverger, told = Diverger(loaded, held.rows), held.told
    measured = []
    for one in entrants:
        tell(f"{one.name} is measured")
        measured.append(_measure(one, options, norms, diverger))
    model = ComparedModel(name=_name(options.model), num_layers=base.num_layers, update_and_weights=NORMS, held_text=told)
    return model, measured


def _measure(one: Entrant, options: CompareOptions, norms: BaseNorms | None, diverger: Diverger | None) -> Measured:
    pairs = one.weights.pairs
    if norms is None or diverger is None or not one.fits:
        return Measured(entrant=one, update=measure_updates(pairs), divergence=None, scores=_find_scores(one, options))
    return Measured(
        entrant=one,
        update=measure_updates(pairs, norms.beside(pairs), base_frobenius=norms.frobenius()),
        divergence=diverger.measure(pairs),
        scores=_find_scores(one, options),
    )


def _find_scores(one: Entrant, options: CompareOptions) -> Scores | None:
    files = {scores.name: Path(scores.place) for scores in options.scores}
    return read_scores(one.name, files[one.name], one.weights.digest) if one.name in files else None


def _check_base(one: Entrant, path: Path, model: str) -> Entrant:
    """Note it where an adapter fits the model, and was trained on another one of its shape."""
    if not one.fits or one.training is None or one.training.base.digest == digest_model(path):
        return one
    name = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in one.training.base.name[:200])
    note = f"it was trained on {name}, other weights than those of {_name(model)}: what is measured here is what it does to these"
    return msgspec.structs.replace(one, notes=(*one.notes, note))


def _name(model: str) -> str:
    """Name a model without the path that led to it."""
    return (Path(model).expanduser().resolve() if Path(model).expanduser().exists() else Path(model)).name
