"""What the bodies of all routes that answer have in common: who answers, how tokens are drawn, how the answer is scored.

Whatever neither this nor a route's own body declares is refused as unknown.
"""

from typing import Annotated

import msgspec

from server.engine.sampling_defaults import MAX_INT64, MinP, RepetitionPenalty, Temperature, TopK, TopP
from server.settings.values import DegenerationAction

MAX_STOPS = 64
MAX_ADAPTERS = 8  # that answer together: each takes products of its own in every layer
MAX_CHOICES = 16
MAX_TOP_LOGPROBS = 20

# A whole number may come as a float, 128.0: the translation refuses one that is not whole. Beyond 2**53 floats are not exact.
FloatUpwards = Annotated[float, msgspec.Meta(ge=-1, le=1 << 53)]
Limit = Annotated[int, msgspec.Meta(ge=-1, le=MAX_INT64)] | FloatUpwards  # -1 is none of the client's
Seed = Annotated[int, msgspec.Meta(ge=-MAX_INT64 - 1, le=MAX_INT64)] | Annotated[float, msgspec.Meta(ge=-(1 << 53), le=1 << 53)]
NumChoices = Annotated[int, msgspec.Meta(ge=1, le=MAX_CHOICES)] | Annotated[float, msgspec.Meta(ge=1, le=MAX_CHOICES)]
Bias = Annotated[float, msgspec.Meta(ge=-100, le=100)]
TokenId = Annotated[int, msgspec.Meta(ge=0, le=MAX_INT64)]
FewestTokens = Annotated[int, msgspec.Meta(ge=0, le=MAX_INT64)] | Annotated[float, msgspec.Meta(ge=0, le=1 << 53)]
NumTop = Annotated[int, msgspec.Meta(ge=0, le=MAX_TOP_LOGPROBS)] | Annotated[float, msgspec.Meta(ge=0, le=MAX_TOP_LOGPROBS)]
Penalty = Annotated[float, msgspec.Meta(ge=-2, le=2)]
StopText = Annotated[str, msgspec.Meta(min_length=1)]
Stops = StopText | Annotated[tuple[StopText, ...], msgspec.Meta(max_length=MAX_STOPS)]
MetadataKey = Annotated[str, msgspec.Meta(max_length=64)]
MetadataValue = Annotated[str, msgspec.Meta(max_length=512)]
Metadata = Annotated[dict[MetadataKey, MetadataValue], msgspec.Meta(max_length=16)]


class LoraChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An adapter that has a part in the answer, and how strongly: 0 is the base, 1 the adapter as trained."""

    name: str
    scale: Annotated[float, msgspec.Meta(ge=-8, le=8)] | None = None


class DegenerationChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is done at a hard flag: `observe` only reports it, `stop` ends the answer there."""

    action: DegenerationAction


class GenerationFields(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`null` is the same as leaving a field out."""

    model: str

    # Sampling
    temperature: Temperature | None = None
    top_p: TopP | None = None
    top_k: TopK | FloatUpwards | None = None
    min_p: MinP | None = None
    seed: Seed | None = None  # -1: a random one
    presence_penalty: Penalty | None = None
    frequency_penalty: Penalty | None = None
    repetition_penalty: RepetitionPenalty | None = None

    # What is added to logits, and what ends an answer; the last five are vLLM's
    logit_bias: dict[str, Bias] | None = None  # by token id
    stop: Stops | None = None
    stop_token_ids: tuple[TokenId, ...] | None = None
    include_stop_str_in_output: bool | None = None
    ignore_eos: bool | None = None
    min_tokens: FewestTokens | None = None
    skip_special_tokens: bool | None = None  # null: special tokens appear as they are spelt

    # The form of the answer
    stream: bool | None = None
    metadata: Metadata | None = None

    # candor's own
    lora: Annotated[tuple[LoraChoice, ...], msgspec.Meta(max_length=MAX_ADAPTERS)] | None = None
    scorer: str | None = None
    degeneration: DegenerationChoice | None = None
