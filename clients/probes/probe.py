"""Probes: fixed questions, asked together as a pack."""

import hashlib

import msgspec

from clients.probes.checks.judge import Check
from clients.probes.mending import Mended


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """One question, sent as it stands."""

    id: str
    prompt: str
    domain: str | None = None
    group: str | None = None  # rephrased variants of one question share it
    checks: tuple[Check, ...] = ()  # what a reply must do, all of it


class ProbePack(msgspec.Struct, frozen=True, kw_only=True):
    """Probes that are asked together and averaged over."""

    name: str
    title: str
    probes: tuple[Probe, ...]
    file_digest: str | None = None  # SHA-256 of the file as it lies there
    mended: Mended | None = None  # None where the file was taken as it is

    @property
    def digest(self) -> str:
        """Hash what is asked, so that two reports can be told to have asked the same."""
        asked = [{"id": probe.id, "prompt": probe.prompt} for probe in self.probes]
        return "sha256:" + hashlib.sha256(msgspec.json.encode(asked)).hexdigest()
