"""The instrument: what turns replies into scores, by its versions. Reports made with different ones are not to be compared unread."""

import tomllib
from pathlib import Path

import msgspec

from scoring.degeneration.roster import DETECTORS_VERSION
from scoring.scorers import find_scorer

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


class Instrument(msgspec.Struct, frozen=True, kw_only=True):
    """The probes that were asked and the code that judged the replies."""

    candor_version: str | None  # None for a copy of the package alone
    scorer: str
    scorer_version: str
    detectors_version: str
    probes_digest: str  # of what is asked, whatever file it came from


def make_instrument(scorer: str, probes_digest: str) -> Instrument:
    """Gather the versions of this checkout."""
    return Instrument(
        candor_version=read_candor_version(),
        scorer=scorer,
        scorer_version=find_scorer(scorer).version,
        detectors_version=DETECTORS_VERSION,
        probes_digest=probes_digest,
    )


def read_candor_version() -> str | None:
    """Read the version of this checkout."""
    try:
        version = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]["version"]
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return None
    return version if isinstance(version, str) else None
