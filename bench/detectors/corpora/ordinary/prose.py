"""Plain English prose: the Python manual, short stories of the demo model's corpus, explanations out of docstrings."""

import ast
import random
from functools import cache
from pathlib import Path
from pydoc_data.topics import topics

from bench.detectors.corpora.composition import fill, window
from bench.detectors.corpora.sources import passages, read, standard_library

MIN_DOCSTRING_CHARS = 400


def manual(rng: random.Random, size: int) -> str:
    """Cut a window out of the language reference."""
    return window(rng, topics[rng.choice(sorted(topics))], size)


def stories(rng: random.Random, size: int) -> str:
    """Put paragraphs in a new order, none twice."""
    everything = passages()
    return fill(iter(rng.sample(everything, len(everything))), size, "\n\n")


def docstrings(rng: random.Random, size: int) -> str:
    """Cut a window out of a long docstring of the standard library."""
    while not (found := _long_docstrings(rng.choice(standard_library()))):
        pass
    return window(rng, rng.choice(found), size)


@cache
def _long_docstrings(path: Path) -> tuple[str, ...]:
    tree = ast.parse(read(path))
    places = (tree, *(node for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)))
    return tuple(text for node in places if (text := ast.get_docstring(node)) and len(text) >= MIN_DOCSTRING_CHARS)
