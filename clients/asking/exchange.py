"""An exchange with an endpoint: the question, how its answer is drawn, and the reply, before anything is scored."""

from typing import Literal

import msgspec

from clients.asking.sampling_fields import SamplingFields
from clients.asking.subject import Subject
from clients.probes.checks.fault import CheckedReply
from clients.probes.checks.no_refusal import NoRefusal
from clients.probes.probe import Probe

MaxTokensField = Literal["max_tokens", "max_completion_tokens"]  # the older and the newer name of the length limit
MAX_TOKENS_FIELDS: tuple[MaxTokensField, ...] = ("max_tokens", "max_completion_tokens")


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One request to make."""

    subject: Subject
    probe: Probe
    sample: int  # from 0
    seed: int | None


class Sampler(msgspec.Struct, frozen=True, kw_only=True):
    """How replies are drawn and how long one may take."""

    temperature: float | None  # None: none is sent
    max_tokens: int
    timeout_s: float  # for one reply, all attempts and the pauses between them together
    fields: SamplingFields = SamplingFields()
    max_tokens_field: MaxTokensField | None = None  # None: the older name, or the newer one where that is refused
    is_streamed: bool = False  # False: streams are asked for only where an endpoint serves nothing else


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """One answer, or the error in its place: `text` is None exactly when `error` is not. Files know some fields by other names."""

    text: str | None = msgspec.field(default=None, name="response")
    error: str | None = None
    refusal: str | None = None  # the words an endpoint keeps apart when it refuses
    finish_reason: str | None = None
    num_prompt_tokens: int | None = msgspec.field(default=None, name="prompt_tokens")
    num_completion_tokens: int | None = msgspec.field(default=None, name="completion_tokens")
    seconds: float | None = None  # from the first attempt to the last byte, waiting and retries included; None where a file does not say
    num_retries: int | None = msgspec.field(default=None, name="retries")
    unsent: tuple[str, ...] = ()  # what was left out of the temperature, max_tokens and the sampling fields
    system_fingerprint: str | None = None

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to see."""
        return self.text is not None and not self.text.strip()

    @property
    def is_cut_off(self) -> bool:
        """Say whether the limit of tokens ended it."""
        return self.finish_reason == "length"

    @property
    def refusing_words(self) -> str | None:
        """Say by what it is known for a refusal: the endpoint's word, or its own at its beginning."""
        if self.refusal is not None or self.finish_reason == "content_filter":
            return self.refusal or "finish reason content_filter"
        fault = NoRefusal().find_fault(CheckedReply(text=self.text or ""))
        return fault.why if fault else None


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """A reply with what the endpoint says about it; of a failed one it says nothing."""

    reply: Reply
    metadata: dict[str, str] = {}  # candor's scores and adapter, where the endpoint is a candor
