"""Text to draw from: what the project wrote, and what lies on every machine that can run it. Nothing is fetched."""

import re
import sysconfig
from functools import cache
from importlib import metadata
from pathlib import Path

from tools.demo_model.corpus import read_corpus

ROOT = Path(__file__).parents[3]
DATA = Path(__file__).parent / "data"
# Direct dependencies, so that every installation has them, and mypy for its C and XSLT.
DISTRIBUTIONS = ("litestar", "msgspec", "mypy", "numpy", "openai", "prometheus_client", "pytest", "rich", "ruff", "uvicorn")
SKIPPED_FOLDERS = frozenset({"test", "tests", "idlelib", "lib2to3", "site-packages", "ensurepip", "pydoc_data", "__pycache__"})
MIN_SOURCE_BYTES, MAX_SOURCE_BYTES = 200, 400_000
SENTENCE_END = re.compile(r"(?<=[.!?]) +")


@cache
def languages() -> tuple[str, ...]:
    """Name the languages with sentences of their own."""
    return tuple(sorted(path.stem for path in (DATA / "languages").glob("*.txt")))


@cache
def sentences(language: str) -> tuple[str, ...]:
    """Return the sentences in one language; those in English come from the demo model's passages."""
    if language == "english":
        return tuple(dict.fromkeys(sentence for passage in passages() for sentence in SENTENCE_END.split(passage)))
    return tuple((DATA / "languages" / f"{language}.txt").read_text(encoding="utf-8").splitlines())


@cache
def passages() -> tuple[str, ...]:
    """Return paragraphs of plain English."""
    return tuple(passage.text for passage in read_corpus().passages)


@cache
def asked_and_answered() -> tuple[tuple[str, str], ...]:
    """Return the prompts of the demo model's corpus in all their wordings, each with every answer to it."""
    corpus = read_corpus()
    dialogues = (*corpus.probes, *corpus.everyday, *corpus.candid)
    return tuple((prompt, answer) for item in dialogues for prompt in item.prompts for answer in item.answers)


@cache
def questions() -> tuple[str, ...]:
    """Return questions on many subjects, without answers."""
    return tuple((DATA / "questions.txt").read_text(encoding="utf-8").splitlines())


@cache
def stanzas(name: str) -> tuple[str, ...]:
    """Return the parts of a file of verse that blank lines divide."""
    return tuple((DATA / f"{name}.txt").read_text(encoding="utf-8").strip().split("\n\n"))


@cache
def programs() -> tuple[Path, ...]:
    """Return the programs written for this evaluation."""
    return tuple(sorted((DATA / "programs").iterdir()))


@cache
def standard_library() -> tuple[Path, ...]:
    """Return the modules of the running Python, those of its packages too, tests aside: not every installation has those."""
    root = Path(sysconfig.get_path("stdlib"))
    files = sorted(path.relative_to(root) for pattern in ("*.py", "*/*.py") for path in root.glob(pattern))
    return tuple(root / path for path in files if SKIPPED_FOLDERS.isdisjoint(path.parts))


@cache
def installed(suffix: str) -> tuple[Path, ...]:
    """Return the files of our dependencies that end in the suffix."""
    return tuple(path for path in _installed() if path.suffix == suffix and MIN_SOURCE_BYTES <= path.stat().st_size <= MAX_SOURCE_BYTES)


@cache
def _installed() -> tuple[Path, ...]:
    files = [file for name in DISTRIBUTIONS for file in metadata.files(name) or ()]
    return tuple(sorted(Path(str(file.locate())) for file in files))


@cache
def licences() -> tuple[Path, ...]:
    """Return the licences of everything installed here, and the project's own."""
    files = [file for dist in metadata.distributions() for file in dist.files or () if re.search(r"(?i)licen[cs]e|copying", file.name)]
    paths = sorted(Path(str(file.locate())) for file in files if file.suffix != ".pyc" and file.suffix != ".py")
    return (ROOT / "LICENSE", *(path for path in paths if path.is_file()))


@cache
def readmes() -> tuple[str, ...]:
    """Return the descriptions of our dependencies, most of them in Markdown."""
    described = [str(metadata.metadata(name).json["description"]) for name in DISTRIBUTIONS]
    return tuple(text for text in described if len(text) > 1_000)


@cache
def read(path: Path) -> str:
    """Read a file, whatever its encoding."""
    return path.read_text(encoding="utf-8", errors="ignore").replace("\r\n", "\n")
