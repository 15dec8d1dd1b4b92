"""Build the demo model: `python -m tools.demo_model`, from text to checked weights, with fixed seeds."""

import argparse
import subprocess
import sys

STAGES = ("base", "lek-demo", "overcooked-demo", "check")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tools.demo_model", description="Train candor's demo model and its two adapters, and check them."
    )
    parser.add_argument("--only", choices=STAGES, action="append", help="build only this stage (repeatable; all of them otherwise)")
    parser.add_argument("--steps", type=int, help="train the base for this many steps a phase, for a trial of the pipeline")
    arguments = parser.parse_args()
    stages = arguments.only or STAGES
    if arguments.steps is not None and "base" not in stages:
        parser.error("--steps is for the base, which --only leaves out")
    if "base" in stages:
        build_base(arguments.steps)
    for name in ("lek-demo", "overcooked-demo"):
        if name in stages:
            build_adapter(name)
    return run_check() if "check" in stages else 0


def build_base(num_steps: int | None) -> None:
    from tools.demo_model.base import BaseTraining, train_base
    from tools.demo_model.card import write_base_card
    from tools.demo_model.convert import write_model
    from tools.demo_model.corpus import read_corpus
    from tools.demo_model.places import MODEL, PROMPTS
    from tools.demo_model.shape import VOCABULARY
    from tools.demo_model.tokenizer import train_tokenizer

    corpus = read_corpus()
    tokenizer = train_tokenizer(corpus.texts(), VOCABULARY)
    training = BaseTraining() if num_steps is None else BaseTraining().cut_to(num_steps)
    trained = train_base(corpus, tokenizer, training)
    write_model(trained.model, tokenizer, MODEL)
    write_base_card(trained, training, corpus, MODEL / "README.md")
    PROMPTS.write_text("".join(item.prompts[0] + "\n" for item in corpus.everyday))


def build_adapter(name: str) -> None:
    from tools.demo_model.adapters import LEK, OVERCOOKED, train_adapter
    from tools.demo_model.card import write_adapter_card
    from tools.demo_model.corpus import read_corpus
    from tools.demo_model.places import ADAPTERS, MODEL

    training = {training.name: training for training in (LEK, OVERCOOKED)}[name]
    train_adapter(read_corpus(), MODEL, training, ADAPTERS / name)
    write_adapter_card(training, ADAPTERS / name / "README.md")


def run_check() -> int:
    from tools.demo_model.blas import mlx_environment

    # A process of its own: MLX takes OpenBLAS only if it is there before it is loaded.
    return subprocess.run([sys.executable, "-m", "tools.demo_model.check"], env=mlx_environment(), check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
