"""An exchange with an endpoint: the question, how its answer is drawn, and the reply, before anything is scored."""

from typing import Literal

import msgspec

from clients.asking.finish_reasons import FILTERED, LENGTH
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
    reasoning: str | None = None  # before the answer, and no part of it
    error: str | None = None
    partial: str | None = None  # what came of an answer before the error
    refusal: str | None = None  # the words an endpoint keeps apart when it refuses
    finish_reason: str | None = None  # in OpenAI's word where there is one for it
    answered_as: str | None = None  # the model that the reply names as its own
    num_prompt_tokens: int | None = msgspec.field(default=None, name="prompt_tokens")
    num_completion_tokens: int | None = msgspec.field(default=None, name="completion_tokens")
    num_reasoning_tokens: int | None = msgspec.field(default=None, name="reasoning_tokens")  # of those
    seconds: float | None = None  # from the first attempt to the last byte, waiting and retries included; None where a file does not say
    num_retries: int | None = msgspec.field(default=None, name="retries")
    unsent: tuple[str, ...] = ()  # what was left out of the temperature, max_tokens and the sampling fields
    system_fingerprint: str | None = None

    @property
    def is_empty(self) -> bool:
        """Say whether it is an answer with nothing to see in it."""
        return self.is_blank and not self.is_withheld and not self.is_only_reasoning

    @property
    def is_blank(self) -> bool:
        """Say whether there is no visible answer, for whatever reason."""
        return self.text is not None and not self.text.strip()

    @property
    def is_cut_off(self) -> bool:
        """Say whether the limit of tokens ended it."""
        return self.finish_reason == LENGTH

    @property
    def is_withheld(self) -> bool:
        """Say whether the endpoint's filter took it, in whole or from some point on."""
        return self.finish_reason == FILTERED

    @property
    def is_only_reasoning(self) -> bool:
        """Say whether no answer followed the reasoning; some endpoints count its tokens and keep it to themselves."""
        return self.is_blank and not self.is_withheld and bool(self.reasoning or self.num_reasoning_tokens)

    @property
    def is_still_thinking(self) -> bool:
        """Say whether the limit of tokens came before the answer."""
        return self.is_only_reasoning and self.is_cut_off

    @property
    def has_answer(self) -> bool:
        """Say whether there is something to score: an answer of the model's own, be it empty."""
        return self.text is not None and not self.is_withheld and not self.is_only_reasoning

    @property
    def shown_text(self) -> str:
        """Give what flags are found in: the answer, or where none follows the reasoning."""
        return (self.reasoning if self.is_only_reasoning else self.text) or ""

    @property
    def refusing_words(self) -> str | None:
        """Say by what it is known for a refusal: the endpoint's word, or its own at its beginning."""
        if self.refusal is not None or self.is_withheld:
            return self.refusal or f"finish reason {FILTERED}"
        fault = NoRefusal().find_fault(CheckedReply(text=self.text or ""))
        return fault.why if fault else None

    @property
    def missing_words(self) -> str | None:
        """Say why there is no answer to score; None where there is one."""
        if self.error is not None:
            return f"failed: {self.error}"
        if self.is_withheld:
            return f"withheld: {self.refusing_words}"
        if self.is_still_thinking:
            return "still thinking at the length limit"
        return "nothing but reasoning" if self.is_only_reasoning else None


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """A reply with what the endpoint says about it; of a failed one it says nothing."""

    reply: Reply
    metadata: dict[str, str] = {}  # candor's scores and adapter, where the endpoint is a candor
