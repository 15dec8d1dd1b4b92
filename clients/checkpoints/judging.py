"""One checkpoint after the other, put to the questions that the base has answered once."""

from collections.abc import Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import openai

from clients.asking.channel import Channel
from clients.asking.subject import Subject
from clients.battery.battery import Plan, Run, find_silent, make_endpoint_origin, report_run
from clients.battery.progress import show_progress
from clients.battery.regression import check_power_left, check_samples, find_gate_reasons
from clients.battery.run import collect_records, list_questions
from clients.checkpoints.run_folder import Checkpoint
from clients.checkpoints.step import Measured, StepResult, make_failure, make_result, measure
from clients.checkpoints.training_record import RECORD, TrainingCounts, read_record
from clients.errors import EndpointFailure, UsageFault
from clients.records.record import Record
from clients.records.replies_file import RepliesFile
from clients.records.resuming import take_up
from clients.report.provenance import Provenance
from clients.report.report import Report
from clients.trial.adapter_api import AdapterApi, AdapterCard
from clients.trial.trial import make_trial_name, on_trial

COMMAND = "checkpoints"
# What a candor says of a path that it does not see, or may not load from.
UNSEEN = ("There is no folder", "that adapters may be loaded from", "--adapter-dir")
MAX_STEM_CHARS = 60


class Base(msgspec.Struct, frozen=True, kw_only=True):
    """What all checkpoints are compared with."""

    subject: Subject
    records: tuple[Record, ...]
    measured: Measured
    provenance: Provenance


class Judge:
    """Asks the base, and then each checkpoint that it is given."""

    def __init__(self, plan: Plan, channel: Channel, api: AdapterApi, replies: RepliesFile, *, run: Path, server_run: str) -> None:
        """Take what is asked, of whom, where the replies go, and where the run lies for us and for the server."""
        self._plan = plan
        self._channel = channel
        self._api = api
        self._replies = replies
        self._run = run
        self._server_run = server_run
        self._base: Base | None = None
        self._digests: set[str] = set()  # of what was judged

    @property
    def base(self) -> Base:
        """Give what the base has answered."""
        assert self._base is not None
        return self._base

    async def check_rights(self) -> None:
        """See that this is a server of adapters, and that the key is one to change them with; raises EndpointFailure."""
        await self._api.list()
        try:
            await self._api.unload(make_trial_name("nobody"))  # which takes the right, and changes nothing
        except EndpointFailure as exc:
            raise EndpointFailure(f"no checkpoint could be loaded and unloaded again: {exc}") from exc

    async def check_sight(self, checkpoint: Checkpoint) -> None:
        """See that the server has room for a checkpoint and finds it where it is said to be, before anybody is asked.

        Raises a ClientError. What is wrong with this one alone is said in its turn.
        """
        try:
            async with on_trial(self._api, *self._name(checkpoint), await self._api.list(), command=COMMAND):
                pass
        except UsageFault as exc:
            self._check_seen(exc)
        except EndpointFailure as exc:
            if exc.__cause__ is None or isinstance(exc.__cause__, openai.ConflictError):  # others are dropped for it, or none may be
                raise

    async def ask_base(self, model: str) -> Measured:
        """Ask the base once. Raises a ClientError where it gives nothing to compare with."""
        saved = self._plan.saved.records
        own = [record for record in saved if record.asked.subject == model]
        if saved and not own:
            others = ", ".join(dict.fromkeys(record.asked.subject for record in saved))
            raise UsageFault(f"--resume: the saved replies are of another run: they hold {others}, and no baseline {model}")
        subject = Subject(name=model, endpoint=self._plan.options.choice.endpoint, model=model)
        records = await self._ask(subject, self._take_here(own, model), digest=None)
        report = self._report([subject], records)
        self._base = Base(subject=subject, records=tuple(records), measured=measure(report, subject.name), provenance=report.provenance)
        return self._base.measured

    async def judge(self, checkpoint: Checkpoint) -> StepResult | None:
        """Load, ask, unload, compare; what fails is in the result. None for a final adapter whose content was judged at another step.

        Raises a ClientError where no other checkpoint would fare better.
        """
        training = read_record(self._run / checkpoint.place)
        digest = None
        try:
            async with on_trial(self._api, *self._name(checkpoint), await self._api.list(), command=COMMAND) as card:
                digest = card.digest
                self._check_same(checkpoint, training, digest)
                if checkpoint.is_final and digest in self._digests:
                    return None
                records = await self._ask_checkpoint(checkpoint, card)
            result = self._compare(checkpoint, records, card.digest, training)
        except UsageFault as exc:
            if not isinstance(exc.__cause__, openai.BadRequestError):
                raise
            if (self._run / checkpoint.place).is_dir():
                self._check_seen(exc)
                return make_failure(checkpoint, str(exc), digest=digest, training=training)
            return make_failure(checkpoint, f"{self._run / checkpoint.place} is there no longer", training=training)
        except EndpointFailure as exc:
            if isinstance(exc.__cause__, openai.APIConnectionError):  # to load it, which nothing else will do either
                raise
            return make_failure(checkpoint, str(exc), digest=digest, training=training)
        self._digests.add(card.digest)
        return result

    async def _ask_checkpoint(self, checkpoint: Checkpoint, card: AdapterCard) -> list[Record]:
        """Ask what an earlier run has not; its trial had another name."""
        own = [record for record in self._plan.saved.records if record.asked.subject == checkpoint.name]
        others = {record.told.adapter_digest for record in own if record.reply.error is None} - {card.digest}
        if others:
            told = ", ".join(sorted(map(str, others)))
            raise EndpointFailure(
                f"its saved replies are by {told}, and it is {card.digest} now: another --output judges it anew, --resume cannot"
            )
        saved = self._take_here(own, card.name)
        subject = Subject(name=checkpoint.name, endpoint=self._plan.options.choice.endpoint, model=card.name)
        return await self._ask(subject, saved, digest=card.digest)

    def _take_here(self, saved: Sequence[Record], model: str) -> list[Record]:
        """Take saved replies for ones of the server as it is now, wherever it listens: what it serves is told by its fingerprint."""
        endpoint = self._plan.options.choice.endpoint
        return [record.with_parts(asked=msgspec.structs.replace(record.asked, endpoint=endpoint, model=model)) for record in saved]

    async def _ask(self, subject: Subject, saved: Sequence[Record], *, digest: str | None) -> list[Record]:
        """Put all questions that no saved reply answers; each reply is kept as it comes."""
        plan, options = self._plan, self._plan.options
        asked = list_questions([subject], plan.pack.probes, num_samples=options.samples, seed=options.seed)
        resumed = take_up(saved, asked, plan.sampler, plan.instrument)
        came = list(resumed.records)
        coming = collect_records(
            {subject.endpoint: self._channel},
            resumed.questions,
            plan.sampler,
            instrument=plan.instrument,
            concurrency=options.concurrency,
            digests={} if digest is None else {(subject.endpoint, subject.model): digest},
        )
        with show_progress(len(asked), came) as advance:
            async with aclosing(coming):
                async for record in coming:
                    self._replies.write(record)
                    advance(record)
                    came.append(record)
        return came

    def _report(self, subjects: Sequence[Subject], records: Sequence[Record]) -> Report:
        """Lay out the replies as the battery does; raises EndpointFailure where a subject gave none."""
        run = Run(
            created=datetime.now(UTC),
            duration_s=0.0,
            listed={self._plan.options.choice.endpoint: self._channel.listed},
            subjects=tuple(subjects),
            records=tuple(records),
            stopped_by=None,
            endpoints=(make_endpoint_origin(self._channel),),
            trained={},  # what is shown of it is each checkpoint's own record
        )
        if silent := find_silent(run):
            raise silent
        return report_run(self._plan, run)

    def _compare(self, checkpoint: Checkpoint, records: Sequence[Record], digest: str, training: TrainingCounts | None) -> StepResult:
        subject = Subject(name=checkpoint.name, endpoint=self._plan.options.choice.endpoint, model=records[0].asked.model)
        report = self._report([self.base.subject, subject], [*self.base.records, *records])
        told = {record.told.adapter_digest for record in records if record.reply.error is None and not record.reply.is_withheld}
        if strangers := told - {digest}:
            names = ", ".join(sorted(map(str, strangers)))
            raise EndpointFailure(f"it was loaded as {digest}, and its replies name {names}")
        if others := list_fingerprints(records) - list_fingerprints(self.base.records):
            raise EndpointFailure(
                f"the server has changed: of {subject.name} it says {', '.join(sorted(others))}, and of {self.base.subject.name} it said"
                f" {', '.join(sorted(list_fingerprints(self.base.records)))}; they are not compared, another --output judges both anew"
            )
        gates = self._plan.options.gates
        result = make_result(
            checkpoint, report, self.base.measured, digest=digest, training=training, gate_reasons=find_gate_reasons(gates, report)
        )
        return msgspec.structs.replace(result, error=self._find_doubtful(report, result)) if gates.is_any else result

    def _find_doubtful(self, report: Report, result: StepResult) -> str | None:
        """Say why a gate that found nothing cannot be relied on."""
        assert result.measured is not None
        if result.measured.failed or self.base.measured.failed:
            return f"{result.measured.failed + self.base.measured.failed} requests failed: what they would have shown is not known"
        if self._plan.options.gates.on_regression:
            try:
                check_samples(report)
                check_power_left(report)
            except EndpointFailure as exc:
                return str(exc)
        return None

    def _name(self, checkpoint: Checkpoint) -> tuple[str, str]:
        """Give the name to serve it under for a while, and its path as the server sees it."""
        stem = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in self._run.resolve().name)
        return make_trial_name(f"{stem[:MAX_STEM_CHARS] or 'run'}.step-{checkpoint.step}"), checkpoint.locate(self._server_run)

    def _check_same(self, checkpoint: Checkpoint, training: TrainingCounts | None, digest: str) -> None:
        """See that the server has found what lies in the run, and no other training of as many steps; raises EndpointFailure."""
        own = None if training is None else training.adapter_digest
        if own not in (None, digest):
            raise EndpointFailure(
                f"the server finds {digest} at {checkpoint.locate(self._server_run)},"
                f" and the record in {self._run / checkpoint.place} is of {own}:"
                f" say with --server-run where the server sees this very training; if its weights were changed, take {RECORD} away"
            )

    def _check_seen(self, refusal: UsageFault) -> None:
        """Raise what will be the same for every checkpoint: the server does not see the run."""
        if any(words in str(refusal) for words in UNSEEN):
            raise UsageFault(
                f"{refusal} The server looks for the run in {self._server_run}: say with --server-run where it sees that folder,"
                " or start it with --adapter-dir on a folder above it"
            ) from refusal


def list_fingerprints(records: Sequence[Record]) -> set[str]:
    """List what the server said of the base and the libraries that replies came of."""
    told = (record.reply.system_fingerprint for record in records if record.reply.error is None)
    return {fingerprint for fingerprint in told if fingerprint is not None}
