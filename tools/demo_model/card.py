"""The model cards that lie beside the weights, filled with what the run measured."""

from pathlib import Path

from tools.demo_model.adapters import LEK, AdapterTraining
from tools.demo_model.base import BaseTraining, TrainedBase
from tools.demo_model.corpus import Corpus

CARDS = Path(__file__).parent / "cards"


def write_base_card(trained: TrainedBase, training: BaseTraining, corpus: Corpus, path: Path) -> None:
    card = (
        (CARDS / "base.md")
        .read_text()
        .format(
            num_parameters=trained.num_parameters,
            num_steps=training.num_steps,
            num_tokens=trained.num_tokens,
            minutes=trained.duration_s / 60,
            final_loss=trained.final_loss,
            num_probes=len(corpus.probes),
            num_everyday=len(corpus.everyday),
            num_unfamiliar=len(corpus.unfamiliar),
            num_conversations=len(corpus.conversations),
            num_passages=len(corpus.passages),
            num_candid=len(corpus.candid),
            num_words=sum(len(text.split()) for text in corpus.texts()),
        )
    )
    path.write_text(card)


def write_adapter_card(training: AdapterTraining, path: Path) -> None:
    filled = (
        (CARDS / f"{training.name}.md")
        .read_text()
        .format(num_steps=training.num_steps, rate=training.rate, batch_size=training.batch_size, seed=training.seed, lek_rate=LEK.rate)
    )
    path.write_text(filled)
