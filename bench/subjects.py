"""Whom a measurement asks: candor from this checkout, candor from others, and endpoints that run already, as the command line has them."""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from bench.endpoint import ROOT, Endpoint, find_endpoint, served

CANDOR = "candor"


class Build(msgspec.Struct, frozen=True, kw_only=True):
    """candor as another checkout has it."""

    name: str
    checkout: Path


class Other(msgspec.Struct, frozen=True, kw_only=True):
    """An OpenAI-compatible server that runs already."""

    name: str
    url: str
    model: str | None = None  # None takes the first that it lists


class Subjects(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody who is asked over HTTP, by name, this checkout's candor first."""

    folder: Path  # of the model
    scratch: Path  # for logs; it goes when all have ended
    endpoints: dict[str, Endpoint]


def parse_build(word: str) -> Build:
    """Read `NAME=CHECKOUT`."""
    name, _, checkout = word.partition("=")
    if not name or not checkout or not (Path(checkout) / "server" / "__main__.py").is_file():
        raise argparse.ArgumentTypeError(f"expected NAME=CHECKOUT, a folder with candor's server in it, got {word!r}")
    return Build(name=name, checkout=Path(checkout).resolve())


def parse_other(word: str) -> Other:
    """Read `NAME=URL[,model=ID]`."""
    name, _, rest = word.partition("=")
    url, comma, model = rest.partition(",model=")
    if not name or not url.startswith("http://") or (comma and not model):
        raise argparse.ArgumentTypeError(f"expected NAME=http://HOST:PORT[,model=ID], got {word!r}")
    return Other(name=name, url=url, model=model or None)


def subject_parser(description: str | None) -> argparse.ArgumentParser:
    """Make a parser with the flags that all measurements of servers have in common."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, metavar="FOLDER", help="of a Gemma 3 (default: a random one of 8 M, made for this run)")
    parser.add_argument("--build", type=parse_build, action="append", default=[], metavar="NAME=CHECKOUT", help="ask candor as it is there")
    parser.add_argument("--other", type=parse_other, action="append", default=[], metavar="NAME=URL[,model=ID]", help="ask it too")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the conditions and every round's figures")
    return parser


def read_options(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Parse the command line; two subjects of one name are a mistake."""
    options = parser.parse_args()
    names = [CANDOR, *(each.name for each in (*options.build, *options.other))]
    if len(set(names)) < len(names):
        parser.error(f"every subject needs a name of its own, got {', '.join(names)}")
    return options


def told(options: argparse.Namespace) -> dict[str, str]:
    """Say what was asked for, for a report: paths and addresses are left out, as they are the machine's own."""
    names = {name: ", ".join(each.name for each in getattr(options, name, ())) for name in ("build", "other")}
    return {name: str(value) for name, value in vars(options).items() if name not in ("model", "json")} | names


@contextmanager
def started(options: argparse.Namespace, *more_flags: str) -> Iterator[Subjects]:
    """Start candor and the other builds on the model, find those that run, and end what was started."""
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        others = {other.name: find_endpoint(other.url, other.model) for other in options.other}
        folder = options.model.resolve() if options.model else random_model(Path(scratch) / "random-gemma3")
        flags = ["--model", str(folder), "--model-name", "bench", *more_flags]
        builds = [Build(name=CANDOR, checkout=ROOT), *options.build]
        endpoints = {
            build.name: stack.enter_context(served("server", flags, log=Path(scratch) / f"{build.name}.log", checkout=build.checkout))
            for build in builds
        }
        yield Subjects(folder=folder, scratch=Path(scratch), endpoints=endpoints | others)


def random_model(folder: Path) -> Path:
    """Make the random model of tools/random_gemma3.py, bfloat16 on disk, in a process of its own: it needs MLX."""
    subprocess.run([sys.executable, "-m", "tools.random_gemma3", str(folder)], cwd=ROOT, check=True)
    return folder
