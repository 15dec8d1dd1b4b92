"""An exchange with an endpoint: the question, how its answer is drawn, and the reply, before anything is scored."""

import msgspec

from clients.asking.sampling_fields import SamplingFields
from clients.asking.subject import Subject
from clients.probes.probe import Probe


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One request to make."""

    subject: Subject
    probe: Probe
    sample: int  # from 0
    seed: int | None


class Sampler(msgspec.Struct, frozen=True, kw_only=True):
    """How replies are drawn and how long one may take."""

    temperature: float
    max_tokens: int
    timeout_s: float  # for one reply, all attempts together
    fields: SamplingFields = SamplingFields()


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """One answer, or the error in its place: `text` is None exactly when `error` is not."""

    text: str | None = None
    error: str | None = None
    refusal: str | None = None  # the words an endpoint keeps apart when it refuses
    finish_reason: str | None = None
    num_prompt_tokens: int | None = None
    num_completion_tokens: int | None = None
    seconds: float  # from the first attempt to the last byte, waiting and retries included
    num_retries: int | None = None
    unsent: tuple[str, ...] = ()  # fields of the sampling that the endpoint refuses, and was asked without
    system_fingerprint: str | None = None
    metadata: dict[str, str] = {}  # candor's scores and adapter, where the endpoint is a candor
