"""Where a report comes from: enough to tell whether two reports may be compared, and to run one again."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from clients.asking.connection import ListedModel
from clients.asking.exchange import MaxTokensField, Sampler
from clients.asking.sampling_fields import SamplingFields
from clients.asking.subject import Role, Subject
from clients.asking.training import ToldTraining, Training
from clients.probes.mending import Mended
from clients.probes.probe import ProbePack
from clients.records.record import Record
from clients.report.numerals import write_exact


class LockedFrom(msgspec.Struct, frozen=True, kw_only=True):
    """The earlier report whose replies stand for a subject that was not asked again."""

    file: str
    digest: str  # SHA-256 of the file
    created: str
    candor_version: str | None


class SubjectOrigin(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for in a subject's name, and what the endpoint tells of it; every record repeats the latter for its own reply."""

    name: str
    role: Role
    endpoint: str
    model: str
    scale: float | None
    system: str | None
    is_system_prepended: bool
    base: str | None = None  # the model below, where the endpoint lists this one as an adapter
    adapter: str | None
    adapter_digest: str | None
    training: Training | None = None  # of that very content, where the endpoint tells it
    system_fingerprint: str | None
    answered_as: tuple[str, ...] = ()  # the models that the replies name as their own
    samples: int  # asked for on each probe
    locked_from: LockedFrom | None


class PackOrigin(msgspec.Struct, frozen=True, kw_only=True):
    """Which probes were asked."""

    name: str
    digest: str  # of ids and prompts
    file_digest: str | None  # SHA-256 of the file
    mended: Mended | None = None  # None where the file was taken as it is


class SamplerOrigin(msgspec.Struct, frozen=True, kw_only=True):
    """How the replies were drawn; None where a file of replies does not say, or says several things."""

    temperature: float | None
    max_tokens: int | None
    timeout_s: float | None  # for one reply, all attempts together
    fields: SamplingFields | None = None  # None also in reports of earlier versions, which sent none of them
    is_temperature_sent: bool = True  # False where none was, at the user's wish
    max_tokens_field: MaxTokensField | None = None  # as asked for; None: the older name, or the newer one where that is refused
    is_streamed: bool = False  # as asked for

    @property
    def words(self) -> str:
        """Write what is known of how long and how varied replies may be."""
        unknown = "temperature unknown" if self.is_temperature_sent else "no temperature sent"
        words = [unknown if self.temperature is None else f"temperature {write_exact(self.temperature)}"]
        if self.fields is not None and self.fields.active:
            words.append(self.fields.words)
        if self.max_tokens is not None:
            words.append(f"at most {self.max_tokens} tokens")
        return ", ".join(words)


class EarlierScoring(msgspec.Struct, frozen=True, kw_only=True):
    """What had scored replies before they were scored anew."""

    scorer: str
    scorer_version: str
    detectors_version: str
    candor_version: str | None


class RescoredFrom(msgspec.Struct, frozen=True, kw_only=True):
    """The file whose replies were scored anew, and nobody asked."""

    file: str
    digest: str  # SHA-256 of the file
    created: str | None  # when the report was begun, where the file is one
    earlier: tuple[EarlierScoring, ...]  # empty where the replies came without scores
    mended: Mended | None = None  # None where all of the file was scored as it stands there


class EndpointOrigin(msgspec.Struct, frozen=True, kw_only=True):
    """How an endpoint was asked, and how often it was too much for it."""

    endpoint: str  # as given
    answers_at: str  # the root that was asked in the end: the other form, with or without `/v1`, where the given one was not found
    headers: tuple[str, ...]  # the names of those that were sent at the user's wish; what was in them is nobody's business
    num_limited: int  # answers by which it asked for a pause, such as HTTP 429
    waited_s: float  # in the pauses


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """The circumstances of a run."""

    candor_version: str | None
    created: str  # start of the run, ISO 8601, UTC
    endpoint: str  # of the trained subject
    subjects: tuple[SubjectOrigin, ...]  # the baseline first
    probes: PackOrigin
    sampler: SamplerOrigin
    seed: int | None  # of the first sample; None: none was sent
    seeds: tuple[int, ...]  # one a sample
    samples: int
    concurrency: int | None  # None where replies come from a file that does not say
    scorer: str
    scorer_version: str
    detectors_version: str
    rescored_from: RescoredFrom | None = None
    endpoints: tuple[EndpointOrigin, ...] = ()  # empty in reports of earlier versions


def make_subject_origins(
    subjects: Sequence[Subject],
    roles: Sequence[Role],
    records: Iterable[Record],
    *,
    listed: Mapping[str, Sequence[ListedModel]],
    trained: Mapping[str, Mapping[str, ToldTraining]],
    num_samples: int,
) -> tuple[SubjectOrigin, ...]:
    """Gather what the subjects' replies say of them; an adapter's digest may also stand in an endpoint's list of models."""
    by_name: dict[str, list[Record]] = {subject.name: [] for subject in subjects}
    for record in records:
        by_name[record.asked.subject].append(record)
    origins = (
        SubjectOrigin(
            name=subject.name,
            role=role,
            endpoint=subject.endpoint,
            model=subject.model,
            scale=subject.scale,
            system=subject.system,
            is_system_prepended=subject.is_system_prepended,
            base=_first(model.parent for model in listed.get(subject.endpoint, ()) if model.id == subject.model),
            adapter=_first(record.told.adapter for record in by_name[subject.name]),
            adapter_digest=_first(record.told.adapter_digest for record in by_name[subject.name])
            or _first(model.digest for model in listed.get(subject.endpoint, ()) if model.id == subject.model),
            system_fingerprint=_first(record.reply.system_fingerprint for record in by_name[subject.name]),
            answered_as=_names(by_name[subject.name]),
            samples=num_samples,
            locked_from=None,
        )
        for subject, role in zip(subjects, roles, strict=True)
    )
    return tuple(_with_training(origin, trained.get(origin.endpoint, {}).get(origin.model)) for origin in origins)


def make_sampler_origin(sampler: Sampler) -> SamplerOrigin:
    """Note how replies were asked for."""
    return SamplerOrigin(
        temperature=sampler.temperature,
        max_tokens=sampler.max_tokens,
        timeout_s=sampler.timeout_s,
        fields=sampler.fields,
        is_temperature_sent=sampler.temperature is not None,
        max_tokens_field=sampler.max_tokens_field,
        is_streamed=sampler.is_streamed,
    )


def make_pack_origin(pack: ProbePack) -> PackOrigin:
    """Name a pack and what is in it."""
    return PackOrigin(name=pack.name, digest=pack.digest, file_digest=pack.file_digest, mended=pack.mended)


def _with_training(origin: SubjectOrigin, told: ToldTraining | None) -> SubjectOrigin:
    """Add what is told of the content that answered; what another content of the name was trained on is nothing of it."""
    if told is None or told.digest != origin.adapter_digest:
        return origin
    return msgspec.structs.replace(origin, training=told.training)


def _names(records: Iterable[Record]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(record.reply.answered_as for record in records if record.reply.answered_as is not None))


def _first(words: Iterable[str | None]) -> str | None:
    return next((word for word in words if word is not None), None)
