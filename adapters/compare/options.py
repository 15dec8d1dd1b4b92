"""The command line of the comparison; nothing heavy is imported here, so that `--help` answers at once."""

import argparse
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from adapters.base.home import expand_home

LONGEST_NAME = 60
STDOUT = "-"

_NAMED = re.compile(r"(?P<name>[^=/\\]+)=(?P<place>.+)", re.DOTALL)


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """An adapter, or something about one, as it was asked for."""

    name: str
    place: str  # a folder, or a repository of Hugging Face; of scores, a file


class CompareOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for, checked."""

    adapters: tuple[Named, ...]
    against: str | None  # the name of the one that the others are held against; None: the mildest
    model: str | None
    prompts: Path | None
    answer_tokens: int
    scores: tuple[Named, ...]
    json: str | None  # a file, or STDOUT
    html: Path | None


def parse_options(argv: Sequence[str] | None = None) -> CompareOptions:
    """Read the command line; a wrong one ends the process with exit code 2, as argparse does, and names all that is wrong."""
    parser = build_parser()
    flags = parser.parse_args(argv)
    adapters = _name_all(flags.adapters)
    scores = tuple(found for text in flags.scores if (found := _split(text)))
    faults = [*_find_faults(flags, adapters, scores)]
    if faults:
        parser.error("; ".join(faults))
    return CompareOptions(
        adapters=adapters,
        against=flags.against,
        model=flags.model,
        prompts=flags.prompts,
        answer_tokens=flags.answer_tokens,
        scores=scores,
        json=flags.json,
        html=flags.html,
    )


def build_parser() -> argparse.ArgumentParser:
    """Declare every flag."""
    parser = argparse.ArgumentParser(
        prog="python -m adapters.compare",
        description="Hold adapters against each other: what was set for their training, and what they measurably do to the model.",
        epilog="Exit codes: 0 done, 2 wrong usage, 3 files or models, 130 Ctrl-C. docs/training.md tells more.",
        allow_abbrev=False,
    )
    parser.add_argument("adapters", metavar="ADAPTER", nargs="+", help="a folder, NAME=FOLDER, or a Hugging Face repository (owner/name)")
    parser.add_argument("--model", metavar="MODEL", help="their base, as for adapters.train: measures against its weights, and divergence")
    parser.add_argument("--against", metavar="NAME", help="the adapter that the others are held against (default: the smallest update)")
    parser.add_argument(
        "--prompts",
        metavar="FILE",
        type=Path,
        help="what divergence is measured on: conversations (FILE.jsonl), or prompts, one a line, which the base answers "
        "(default: candor's own)",
    )
    parser.add_argument("--answer-tokens", metavar="N", type=int, default=32, help="of the base's answer to a prompt (default: 32)")
    parser.add_argument(
        "--scores", metavar="NAME=REPORT.json", action="append", default=[], help="a battery's report on an adapter; repeat for others"
    )
    parser.add_argument("--json", metavar="FILE.json|-", help="write all numbers; - for stdout, in place of the tables")
    parser.add_argument("--html", metavar="FILE.html", type=Path, help="write a page with charts that needs nothing else")
    return parser


def _find_faults(flags: argparse.Namespace, adapters: Sequence[Named], scores: Sequence[Named]) -> Iterable[str]:
    names = [one.name for one in adapters]
    if doubled := _find_doubled(names):
        yield f"{', '.join(map(repr, doubled))} names two adapters: tell them apart with NAME=FOLDER"
    if strange := [name for name in names if not name.isprintable() or len(name) > LONGEST_NAME]:
        yield f"{', '.join(map(repr, strange))}: a name has up to {LONGEST_NAME} characters, all of which can be seen"
    if flags.against is not None and flags.against not in names:
        yield f"--against {flags.against!r} is none of {', '.join(map(repr, names))}"
    if not 1 <= flags.answer_tokens <= 4096:
        yield f"--answer-tokens is {flags.answer_tokens}, expected 1 to 4096"
    if flags.prompts is not None and flags.model is None:
        yield "--prompts needs --model: without a base nothing diverges"
    if len(scores) < len(flags.scores):
        yield "--scores takes NAME=REPORT.json"
    if strangers := sorted({one.name for one in scores} - set(names)):
        yield f"--scores names {', '.join(map(repr, strangers))}, expected {', '.join(map(repr, names))}"
    if doubled := _find_doubled([one.name for one in scores]):
        yield f"--scores names {', '.join(map(repr, doubled))} twice"
    written = [str(path) for path in (flags.json, flags.html) if path is not None]
    read = [str(flags.prompts), *(one.place for one in scores)]
    if len({*written}) < len(written) or not {*written}.isdisjoint(read):
        yield "--json and --html each need a file of their own, none of those that are read"


def _name_all(texts: Sequence[str]) -> tuple[Named, ...]:
    """Name adapters by their folders; those of one name by the folders above them too, as checkpoints of several trainings are."""
    places = [_split(text) or Named(name="", place=text) for text in texts]
    named = [msgspec.structs.replace(one, name=one.name or _name(one.place, 1)) for one in places]
    doubled = _find_doubled([one.name for one in named])
    longer = [
        msgspec.structs.replace(one, name=_name(one.place, 3)) if one.name in doubled and not given.name else one
        for one, given in zip(named, places, strict=True)
    ]
    return tuple(longer)


def _name(place: str, num_parts: int) -> str:
    parts = expand_home(place).resolve().parts if expand_home(place).exists() else Path(place).parts
    if parts[-2:-1] == ("checkpoints",):  # of a training, which its folder's name tells from others
        parts = (*parts[:-2], parts[-1])
        num_parts += 1
    name = "/".join(parts[-num_parts:]) or place
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name)[-LONGEST_NAME:]


def _split(text: str) -> Named | None:
    """Read NAME=PLACE; a folder whose own name has a = in it is no such thing if it is there."""
    match = _NAMED.fullmatch(text)
    return Named(name=match["name"], place=match["place"]) if match and not Path(text).exists() else None


def _find_doubled(names: Sequence[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})
