"""How well the degeneration detectors do: recall, precision, false alarms, distances and cost.

    python -m bench.detectors [--seed 1989] [--quick] [--gemma FILE] [--human FILE] [--tokenizer FOLDER] [--markdown FILE] [--faults FILE]

Prints the report, which is Markdown, and writes it to a file if one is named. The whole takes some minutes. Answers of a real Gemma and
human text are judged too where their files are: those named, or those that the two commands named below wrote.
"""

import argparse
import sys
from pathlib import Path


def main() -> None:
    """Build the corpus, show it to the detectors, report."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.detectors", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, help="build other texts of the same kinds")
    parser.add_argument("--quick", action="store_true", help="take a small share of every part, in a few seconds")
    parser.add_argument("--gemma", type=Path, metavar="FILE", help="answers that python -m bench.detectors.corpora.gemma asked for")
    parser.add_argument(
        "--human", type=Path, metavar="FILE", nargs="+", help="passages that python -m bench.detectors.corpora.human gathered"
    )
    parser.add_argument("--tokenizer", type=Path, metavar="FOLDER", help="a Gemma's folder, for vLLM's rule, which counts tokens")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the report here too")
    parser.add_argument("--faults", type=Path, metavar="FILE", help="write examples of misses and false alarms here")
    options = parser.parse_args()

    from bench.detectors.corpora.corpus import TUNING_SEED, build_corpus
    from bench.detectors.corpora.kept import GEMMA, HUMAN
    from bench.detectors.faults import faults
    from bench.detectors.observation import observe
    from bench.detectors.other_rules import OtherRules
    from bench.detectors.report import report
    from bench.detectors.texts_of_others import read_texts

    corpus = build_corpus(seed=TUNING_SEED if options.seed is None else options.seed, is_quick=options.quick)
    print(f"{len(corpus.degenerate):,} degenerate and {len(corpus.ordinary):,} ordinary texts are built", file=sys.stderr)
    observations = [observe(example) for example in (*corpus.degenerate, *corpus.ordinary)]
    others = OtherRules(options.tokenizer)
    human = options.human or [path for path in [HUMAN] if path.exists()]
    gemma = options.gemma or (GEMMA if GEMMA.exists() else None)
    texts = read_texts(gemma=gemma, human=human, others=others)
    written = report(corpus, observations, texts)
    print(written)
    if options.markdown:
        options.markdown.write_text(written, encoding="utf-8")
    if options.faults:
        options.faults.write_text(faults([*observations, *texts.without_fault]), encoding="utf-8", errors="backslashreplace")


if __name__ == "__main__":
    main()
