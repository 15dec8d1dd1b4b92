"""Probes: fixed questions, kept in packs, one JSON file a pack."""

import hashlib
from pathlib import Path

import msgspec

PACKS_DIR = Path(__file__).parents[1] / "probes"
PACK_NAMES = ("ccp",)


class Probe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question, sent as it stands."""

    id: str
    prompt: str


class ProbePack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Probes that are asked together and averaged over."""

    name: str
    title: str
    probes: tuple[Probe, ...]

    @property
    def digest(self) -> str:
        """Hash what is asked, so that two reports can be told to have asked the same."""
        return "sha256:" + hashlib.sha256(msgspec.json.encode(self.probes)).hexdigest()


def load_pack(name: str) -> ProbePack:
    """Read a shipped pack by name."""
    return msgspec.json.decode((PACKS_DIR / f"{name}.json").read_bytes(), type=ProbePack)
