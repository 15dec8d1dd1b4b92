"""The passages: taken from the packages, no two alike, as many of each kind as there is room for."""

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench.detectors.corpora.digest import digest_text
from bench.detectors.corpora.human.cutting import cut_passages
from bench.detectors.corpora.human.fetching import Package
from bench.detectors.corpora.human.kinds import find_kind
from bench.detectors.corpora.human.passage import Passage
from bench.detectors.corpora.human.reading import read_file

MAX_FILES_PER_KIND_AND_PACKAGE = 150
VARYING = re.compile(r"[\W\d_]+")
SIGNATURE_CHARS = 100


def gather_passages(packages: Iterable[Package], *, num_per_kind: int) -> list[Passage]:
    """Take at most so many passages of each kind, from its packages in turn; the same packages give the same passages."""
    cut: dict[str, dict[str, list[Passage]]] = defaultdict(lambda: defaultdict(list))
    for package in packages:
        for passage in _cut_package(package):
            cut[passage.kind][package.name].append(passage)
    seen: set[str] = set()
    taken: list[Passage] = []
    for _, by_package in sorted(cut.items()):
        taken += _take_in_turn(by_package, seen, num_per_kind)
    return taken


def _cut_package(package: Package) -> Iterator[Passage]:
    files: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(package.folder.rglob("*")):
        if path.is_file() and (kind := find_kind(package.name, path.relative_to(package.folder).as_posix())):
            files[kind].append(path)
    for kind, paths in files.items():
        rng = random.Random(f"{package.name} {kind}")
        for path in sorted(rng.sample(paths, min(len(paths), MAX_FILES_PER_KIND_AND_PACKAGE))):
            text = read_file(path)
            source = f"{package.name}:{path.relative_to(package.folder).as_posix()}"
            for passage in cut_passages(text, rng) if text else ():
                yield Passage(id=digest_text(passage), kind=kind, source=source, text=passage)


def _take_in_turn(by_package: dict[str, list[Passage]], seen: set[str], most: int) -> list[Passage]:
    """Take one passage after the other from each package, none whose beginning or end has been taken."""
    waiting = [sorted(passages, key=lambda passage: passage.id, reverse=True) for _, passages in sorted(by_package.items())]
    taken: list[Passage] = []
    while waiting and len(taken) < most:
        for passages in waiting:
            signatures = _signatures(passages[-1].text)
            passage = passages.pop()
            if len(taken) < most and seen.isdisjoint(signatures):
                seen |= signatures
                taken.append(passage)
        waiting = [passages for passages in waiting if passages]
    return taken


def _signatures(text: str) -> set[str]:
    """What a text is told by: how it begins and ends, but for digits and signs."""
    plain = VARYING.sub(" ", text)
    return {plain[:SIGNATURE_CHARS], plain[-SIGNATURE_CHARS:]} if len(plain) > SIGNATURE_CHARS else {text}
