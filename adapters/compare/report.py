"""All that a comparison found, as it is written to a file."""

from typing import Literal

import msgspec

from adapters.compare.comparison import Compared
from adapters.compare.recommendation import Recommendation
from adapters.compare.rules import Finding


class ComparedModel(msgspec.Struct, frozen=True, kw_only=True):
    """The base that the adapters were held against."""

    name: str
    num_layers: int
    update_and_weights: str  # how their norms were found
    held_text: str  # what divergence was measured on


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of it."""

    format: Literal["candor-adapter-comparison-1"] = "candor-adapter-comparison-1"
    model: ComparedModel | None
    reference: str | None  # the adapter that the others were held against
    adapters: tuple[Compared, ...]
    findings: tuple[Finding, ...]
    recommendation: Recommendation
