"""All that a training knows before its first step: base, data, settings and what is learnt with; each of them checked."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from adapters.base.config.reading import read_config
from adapters.base.config.structs import ModelConfig
from adapters.base.fetch import find_model
from adapters.base.gguf.header import read_header
from adapters.base.gguf.text_config import read_text_config
from adapters.base.home import expand_home
from adapters.base.hub import Repository
from adapters.base.identity import digest_model
from adapters.base.vocabulary import Vocabulary, load_vocabulary
from adapters.command import UsageFault
from adapters.files.training_file import BaseIdentity, TrainingFile
from adapters.train.data.dataset import Dataset, read_dataset
from adapters.train.data.places import find_data
from adapters.train.epochs import Epochs
from adapters.train.learner.layers import resolve_layers
from adapters.train.plan import TrainingPlan
from adapters.train.plan_values import resolve_warmup
from adapters.train.settings import TrainingSettings

DEMO = "demo"  # as the server takes it
DEMO_NAME = "gemma-3-demo"
DEMO_FOLDER = Path(__file__).resolve().parents[2] / "server" / "demo" / "model"
MOST_LAYERS = 16  # that are trained where nothing is said
MOST_BETWEEN_SAVES, FEWEST_SAVES = 100, 4

Tell = Callable[[object], None]


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """What is trained, on what, and how."""

    plan: TrainingPlan
    model: Path
    base: BaseIdentity
    vocabulary: Vocabulary
    dataset: Dataset
    validation: Dataset | None
    settings: TrainingSettings
    epochs: Epochs
    save_every: int
    validate_every: int


def prepare(plan: TrainingPlan) -> Prepared:
    """Find and read it all, but for the base's weights. Raises CommandFault and ModelLoadError."""
    files = find_data(plan.data, plan.validation)
    model = DEMO_FOLDER if plan.model == DEMO else find_model(plan.model)
    config = read_config(model) if model.is_dir() else ModelConfig(text=read_text_config(read_header(model)), is_nested=False)
    num_layers = _resolve_layers(plan, config.text.num_layers)
    vocabulary = load_vocabulary(model, plan.chat_template)
    num_embeddings = config.text.vocabulary_size
    vocabulary.check_rows(model, num_embeddings)
    read = partial(
        read_dataset,
        vocabulary=vocabulary,
        num_embeddings=num_embeddings,
        train_on=plan.train_on,
        answer_end=plan.answer_end,
        max_seq_length=plan.max_seq_length,
    )
    dataset, validation = read(files.train), read(files.validation) if files.validation else None
    epochs = Epochs(
        [len(example.token_ids) for example in dataset.examples],
        batch_size=plan.batch_size,
        grad_accumulation=plan.grad_accumulation,
        seed=plan.seed,
    )
    num_steps = plan.steps or epochs.count_steps(1.0 if plan.epochs is None else plan.epochs)
    save_every = plan.save_every or min(MOST_BETWEEN_SAVES, -(-num_steps // FEWEST_SAVES))
    return Prepared(
        plan=plan,
        model=model,
        base=BaseIdentity(
            name=_name_base(plan.model, model),
            digest=digest_model(model),
            num_layers=config.text.num_layers,
            quantization=config.quantization,
        ),
        vocabulary=vocabulary,
        dataset=dataset,
        validation=validation,
        settings=_make_settings(plan, num_steps=num_steps, num_layers=num_layers),
        epochs=epochs,
        save_every=save_every,
        validate_every=plan.validate_every or save_every,
    )


def validates_as_before(prepared: Prepared, record: TrainingFile) -> bool:
    """Say whether the rows that are held back are those that a record tells of."""
    digests = [data.digest if data else None for data in (prepared.validation and prepared.validation.identity, record.validation)]
    return digests[0] == digests[1]


def _resolve_layers(plan: TrainingPlan, num_layers: int) -> int:
    try:
        return min(MOST_LAYERS, num_layers) if plan.layers is None else resolve_layers(plan.layers, num_layers)
    except ValueError as exc:
        raise UsageFault(f"--layers: {exc}") from exc


def _make_settings(plan: TrainingPlan, *, num_steps: int, num_layers: int) -> TrainingSettings:
    worked_out: dict[str, Any] = {
        "num_steps": num_steps,
        "num_layers": num_layers,
        "warmup": resolve_warmup(plan.warmup, num_steps),
    }
    asked = {name: getattr(plan, name) for name in TrainingSettings.__struct_fields__ if name not in worked_out}
    return TrainingSettings(**asked, **worked_out)


def _name_base(asked: str, model: Path) -> str:
    """Name the base without the path that led to it."""
    if asked == DEMO:
        return DEMO_NAME
    repository = None if expand_home(asked).exists() else Repository.parse(asked)
    return repository.name if repository else model.resolve().name
