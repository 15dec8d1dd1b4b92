"""How tokens are drawn where a request does not say, and the ranges of what may be said: of a request, a setting and a model's file."""

from typing import Annotated, Self

import msgspec
from msgspec import Meta

MAX_INT64 = (1 << 63) - 1

Temperature = Annotated[float, Meta(ge=0, le=2)]
TopP = Annotated[float, Meta(ge=0, le=1)]  # 0: the likeliest token
TopK = Annotated[int, Meta(ge=-1, le=MAX_INT64)]  # -1 and 0: off
MinP = Annotated[float, Meta(ge=0, le=1)]
RepetitionPenalty = Annotated[float, Meta(ge=0.01, le=100)]  # beyond, 16-bit logits overflow


class SamplingDefaults(msgspec.Struct, frozen=True, kw_only=True):
    """What a request gets in a field that it leaves unset; None is what `Sampling` says."""

    temperature: Temperature | None = None
    top_p: TopP | None = None
    top_k: TopK | None = None
    min_p: MinP | None = None
    repetition_penalty: RepetitionPenalty | None = None
    max_tokens: Annotated[int, Meta(ge=1, le=MAX_INT64)] | None = msgspec.field(default=None, name="max_new_tokens")

    def over(self, others: Self) -> Self:
        """Fill what is unset here from others."""
        given = {name: value for name, value in msgspec.structs.asdict(self).items() if value is not None}
        return msgspec.structs.replace(others, **given)

    def describe(self) -> str:
        """List what is set."""
        return ", ".join(f"{name} {value}" for name, value in msgspec.structs.asdict(self).items() if value is not None)


NO_DEFAULTS = SamplingDefaults()
