"""Where a report comes from: enough to tell whether two reports may be compared, and to run one again."""

import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from clients.battery.connection import ListedModel
from clients.battery.exchange import Sampler
from clients.battery.probe import ProbePack
from clients.battery.record import Record
from clients.battery.subject import Role, Subject

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


class SubjectOrigin(msgspec.Struct, frozen=True, kw_only=True):
    """What the endpoint tells of a subject; every record repeats it for its own reply."""

    role: Role
    endpoint: str
    model: str
    adapter: str | None
    adapter_digest: str | None
    system_fingerprint: str | None


class PackOrigin(msgspec.Struct, frozen=True, kw_only=True):
    """Which probes were asked."""

    name: str
    digest: str


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """The circumstances of a run."""

    candor_version: str | None
    created: str  # start of the run, ISO 8601, UTC
    endpoint: str
    subjects: tuple[SubjectOrigin, ...]
    probes: PackOrigin
    sampler: Sampler
    seed: int | None  # of the first sample; None: none was sent
    samples: int
    concurrency: int
    scorer: str


def subject_origin(subject: Subject, records: Iterable[Record], listed: Sequence[ListedModel]) -> SubjectOrigin:
    """Gather what a subject's replies say of it; an adapter's digest may also stand in the list of models."""
    own = [record for record in records if record.role == subject.role]
    listed_digest = next((model.digest for model in listed if model.id == subject.model), None)
    return SubjectOrigin(
        role=subject.role,
        endpoint=subject.endpoint,
        model=subject.model,
        adapter=_first(record.adapter for record in own),
        adapter_digest=_first(record.adapter_digest for record in own) or listed_digest,
        system_fingerprint=_first(record.system_fingerprint for record in own),
    )


def pack_origin(pack: ProbePack) -> PackOrigin:
    """Name a pack and what is in it."""
    return PackOrigin(name=pack.name, digest=pack.digest)


def candor_version() -> str | None:
    """Read the version of this checkout; None for a copy of the package alone."""
    try:
        version = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]["version"]
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return None
    return version if isinstance(version, str) else None


def _first(words: Iterable[str | None]) -> str | None:
    return next((word for word in words if word is not None), None)
