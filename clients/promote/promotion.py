"""The gate: a candidate is served under a trial name, tested against what is in place, and takes its place only if nothing got worse.

The order of calls leaves no moment in which the adapter's name serves nothing, or something that was not tested: the trial name goes
first, which frees its slot; then the server replaces what the name serves in one step, and only by the content that was tested.
"""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any

import msgspec

from clients.asking.connection import connect
from clients.asking.credentials import Credentials
from clients.asking.subject import Choice, Subject
from clients.asking.training import read_training
from clients.battery.battery import Examined, conclude, examine
from clients.battery.options import Options
from clients.battery.regression import check_power, find_regressions
from clients.errors import EndpointFailure, Interrupted, UsageFault
from clients.probes.pack import load_pack
from clients.promote.options import PromoteOptions
from clients.report.power import Power
from clients.report.report import Report
from clients.report.training import write_training
from clients.telling import tell
from clients.trial.adapter_api import AdapterApi, AdapterCard, ContentChanged
from clients.trial.sigterm import heed_sigterm
from clients.trial.trial import make_trial_name, on_trial


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the candidate is in place, and why not."""

    is_promoted: bool
    headline: str
    reasons: tuple[str, ...] = ()


class Tested(msgspec.Struct, frozen=True, kw_only=True):
    """A trial that has ended."""

    card: AdapterCard  # of the candidate, as it was served
    baseline: str
    examined: Examined


async def promote(options: PromoteOptions) -> Verdict:
    """Test the candidate and put it in place, or say why not. Raises a ClientError where that cannot be told."""
    _check_power(options.battery)
    heed_sigterm()
    async with connect(options.battery.choice.endpoint, Credentials(api_key=options.admin_key)) as client:
        api = AdapterApi(client)
        served = await api.list()
        tested = await _test(api, options, served)
        _conclude(options.battery, tested.examined)
        _check_trial(tested)
        reasons = (
            *_changes(served, await api.list(), options.adapter, tested.baseline),
            *find_regressions(tested.examined.report.comparisons),
        )
        before = served.get(options.adapter)
        if reasons:
            return Verdict(is_promoted=False, headline=f"refused: {_stays(options.adapter, before)}", reasons=reasons)
        return await _finish(_put_in_place(api, options, tested.card.digest, before))


async def _test(api: AdapterApi, options: PromoteOptions, served: dict[str, AdapterCard]) -> Tested:
    name = make_trial_name(options.adapter)
    tell("promote", f"testing {options.path} as {name}")
    async with on_trial(api, name, options.path, served, command="promote") as card:
        if options.adapter == card.parent:
            raise UsageFault(f"--adapter {options.adapter} is the base's own name: choose another")
        baseline = options.baseline or (options.adapter if options.adapter in served else card.parent)
        endpoint = options.battery.choice.endpoint
        _tell_trainings({f"{options.adapter} (candidate)": card, baseline: served.get(baseline)})
        subjects = (
            Subject(name=baseline, endpoint=endpoint, model=baseline),
            Subject(name=f"{options.adapter} (candidate)", endpoint=endpoint, model=name),
        )
        battery = msgspec.structs.replace(options.battery, choice=Choice(endpoint=endpoint, named=subjects))
        return Tested(card=card, baseline=baseline, examined=await examine(battery))


def _tell_trainings(cards: Mapping[str, AdapterCard | None]) -> None:
    for name, card in cards.items():
        if card and (training := read_training(card.training)):
            tell("promote", f"{name} was trained, {write_training(training)}")


def _conclude(battery: Options, examined: Examined) -> None:
    """Print and write the report; raises what stopped the run, in words that fit here."""
    if isinstance(examined.stopped_by, Interrupted):
        conclude(battery, msgspec.structs.replace(examined, stopped_by=None))
        raise Interrupted("interrupted before all replies were there; nothing was put in place, and the candidate is unloaded")
    conclude(battery, examined)


def _check_trial(tested: Tested) -> None:
    """See that every reply is there, and from the content that was loaded; raises EndpointFailure."""
    report = tested.examined.report
    for subject in report.subjects:
        if subject.replies.failed:
            raise EndpointFailure(
                f"{subject.replies.failed} of {subject.replies.asked} requests to {subject.name} failed:"
                " what they would have shown is not known, and nothing was put in place"
            )
    if (digests := _candidate_digests(report)) != {tested.card.digest}:
        told = ", ".join(sorted(map(str, digests)))
        raise EndpointFailure(f"the candidate was loaded as {tested.card.digest}, and its replies name {told}: nothing was put in place")


def _candidate_digests(report: Report) -> set[str | None]:
    return {sample.told.adapter_digest for row in report.results for sample in row.trained_samples}


def _changes(before: dict[str, AdapterCard], now: dict[str, AdapterCard], *names: str) -> tuple[str, ...]:
    """Say what somebody else changed during the trial: the verdict would be about what is no longer there."""
    return tuple(
        f"{name} was changed by somebody else during the trial, from {_content(before.get(name))} to {_content(now.get(name))}"
        for name in dict.fromkeys(names)
        if _content(before.get(name)) != _content(now.get(name))
    )


async def _put_in_place(api: AdapterApi, options: PromoteOptions, digest: str, before: AdapterCard | None) -> Verdict:
    name = options.adapter
    try:
        card = await api.load(name, options.path, digest=digest)
    except ContentChanged as exc:
        return Verdict(is_promoted=False, headline=f"refused: {_stays(name, before)}", reasons=(f"the files changed meanwhile: {exc}",))
    except EndpointFailure as exc:
        raise EndpointFailure(f"the candidate passed, but the server {exc}; GET /v1/adapters tells what {name} serves now") from exc
    replaced = f", in place of {before.digest}" if before and before.digest != digest else ""
    return Verdict(is_promoted=True, headline=f"promoted: {name} serves {card.digest}, the content that was tested{replaced}")


async def _finish(last_step: Coroutine[Any, Any, Verdict]) -> Verdict:
    """See the last step through: the server finishes it anyway, and a Ctrl-C must not hide what it came to."""
    step = asyncio.ensure_future(last_step)
    try:
        return await asyncio.shield(step)
    except asyncio.CancelledError:
        return await step


def _stays(name: str, before: AdapterCard | None) -> str:
    return f"{name} stays as it was, {before.digest}" if before else f"nothing is served as {name}"


def _content(card: AdapterCard | None) -> str:
    return card.digest if card else "nothing"


def _check_power(battery: Options) -> None:
    """Refuse a trial that could not fail on any score, and warn of what else it cannot see; raises UsageFault."""
    power = Power(
        num_probes=len(load_pack(battery.probes, battery.mending).probes), num_samples=battery.samples, num_baseline_samples=battery.samples
    )
    check_power(power, "promote")
    if power.blind_spots:
        tell("promote", f"warning: {'; '.join(power.blind_spots)}")
