"""The command that runs a report's battery again."""

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from clients.asking.endpoint import plain_url
from clients.probes.mending import NUMBER_FLAG, SKIP_FLAG, Mended
from clients.report.numerals import write_exact
from clients.report.provenance import LockedFrom, Provenance, SubjectOrigin

CONTINUED = " \\\n  "


def write_rerun_command(provenance: Provenance) -> str:
    """Write the command line, a flag a line. The files that it names must be there, and keys are left to the reader."""
    if provenance.rescored_from is not None:
        mending = "".join(f" {flag}" for flag in _mending_flags(provenance.rescored_from.mended))
        return f"python -m clients.rescore {shlex.quote(provenance.rescored_from.file)} --scorer {provenance.scorer}{mending}"
    flags = (*_subject_flags(provenance), *list_condition_flags(provenance))
    words = (" ".join((flag, *map(shlex.quote, value))) for flag, *value in flags)
    return CONTINUED.join(("python -m clients.battery", *words, *_header_flags(provenance)))


def name_system_file(origin: SubjectOrigin) -> str:
    """Name the file that the command reads a subject's system prompt from."""
    return "".join(character if character.isalnum() or character in "-_.+" else "_" for character in origin.name) + ".system.txt"


def _subject_flags(provenance: Provenance) -> Iterator[tuple[str, ...]]:
    yield "--url", plain_url(provenance.endpoint)
    for origin in provenance.subjects:
        if origin.locked_from is not None:
            yield "--baseline", f"{origin.locked_from.file}#{_name_in_file(origin, origin.locked_from)}"
    asked = [origin for origin in provenance.subjects if origin.locked_from is None]
    plain_flags = _plain_flags(asked, provenance)
    if plain_flags:
        yield from ((flag, origin.model) for flag, origin in zip(plain_flags, asked, strict=True))
    else:
        yield from (("--subject", _subject(origin, provenance)) for origin in asked)
    if any(origin.is_system_prepended for origin in asked):
        yield ("--prepend-system",)


def _plain_flags(asked: Sequence[SubjectOrigin], provenance: Provenance) -> tuple[str, ...]:
    """Name the flags that say it all where the subjects are bare models: one, or two that are compared with each other."""
    is_plain = all(
        origin.name == origin.model and origin.system is None and origin.scale is None and origin.endpoint == provenance.endpoint
        for origin in asked
    )
    if is_plain and len(asked) == 1:
        return ("--model",)
    return ("--baseline", "--model") if is_plain and len(asked) == len(provenance.subjects) == 2 else ()


def _subject(origin: SubjectOrigin, provenance: Provenance) -> str:
    place = "" if origin.endpoint == provenance.endpoint else f"@{plain_url(origin.endpoint)}"
    system = "" if origin.system is None else f",system={name_system_file(origin)}"
    scale = "" if origin.scale is None else f",scale={write_exact(origin.scale)}"
    return f"{origin.name}={origin.model}{place}{system}{scale}"


def list_condition_flags(provenance: Provenance) -> Iterator[tuple[str, ...]]:
    """List the flags that say what is asked and how, whatever command asks it."""
    yield "--probes", provenance.probes.name
    yield from ((flag,) for flag in _mending_flags(provenance.probes.mended))
    yield "--samples", str(provenance.samples)
    if provenance.sampler.temperature is not None:
        yield "--temperature", write_exact(provenance.sampler.temperature)
    elif not provenance.sampler.is_temperature_sent:
        yield "--temperature", "none"
    if provenance.sampler.max_tokens is not None:
        yield "--max-tokens", str(provenance.sampler.max_tokens)
    if provenance.sampler.max_tokens_field is not None:
        yield "--max-tokens-field", provenance.sampler.max_tokens_field
    if provenance.sampler.is_streamed:
        yield ("--stream",)
    if provenance.sampler.fields is not None:
        yield from ((f"--{name.replace('_', '-')}", repr(value)) for name, value in provenance.sampler.fields.active.items())
    yield "--seed", "none" if provenance.seed is None else str(provenance.seed)
    yield "--scorer", provenance.scorer


def _header_flags(provenance: Provenance) -> Iterator[str]:
    """Name the headers that were sent; what is in them is left to variables of the shell, and to the reader."""
    for origin in provenance.endpoints:
        place = "" if origin.endpoint == provenance.endpoint else f"{plain_url(origin.endpoint)}="
        for name in origin.headers:
            variable = "".join(character if character.isalnum() else "_" for character in name.upper())
            yield f'--header {shlex.quote(f"{place}{name}: ")}"${variable}"'


def _mending_flags(mended: Mended | None) -> Iterator[str]:
    if mended is not None:
        yield from (flag for flag, number in ((SKIP_FLAG, mended.num_skipped), (NUMBER_FLAG, mended.num_numbered)) if number)


def _name_in_file(origin: SubjectOrigin, locked_from: LockedFrom) -> str:
    """Undo the renaming of a locked subject whose name was taken."""
    return origin.name.removesuffix(f" ({Path(locked_from.file).name})")
