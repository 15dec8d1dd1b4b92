"""Reports to write out: ordinary ones, and the awkward ones that a page must survive."""

from collections.abc import Sequence

import msgspec

from clients.asking.training import Training
from clients.report.outcome import Outcome
from clients.report.report import Report
from scoring.scores import Flag
from tests.clients.samples import make_outcome, make_outcome_of, make_report

LOOP = Flag(flag="token_loop", tier="hard", start=5, unit="Ne", period=2, copies=4.0)
HOSTILE = '</script></style><img src=x onerror="alert(1)">`|[x](javascript:1) **b** \x00\x1b[31m\u202e'


def three_subjects() -> Report:
    """Make two comparisons of two probes with three samples each."""
    return make_report(
        {
            "base": [make_outcome_of([2.0, 4.0, 6.0], id="p1"), make_outcome_of([1.0, 1.0, 1.0], id="p2")],
            "tuned": [make_outcome_of([8.0, 10.0, 9.0], id="p1"), make_outcome_of([0.0, 3.0, 3.0], id="p2")],
            "broken": [
                make_outcome_of([-20.0, -21.0, -22.0], id="p1", flags=(LOOP,), response="Well NeNeNeNe"),
                make_outcome_of([1.0, 1.5, 1.0], id="p2"),
            ],
        }
    )


def one_subject() -> Report:
    """Make a report that compares nothing."""
    return make_report({"alone": [make_outcome(4.0, id="p1"), make_outcome(-3.0, id="p2", flags=(LOOP,))]})


def many(num_subjects: int, num_probes: int) -> Report:
    """Make a report of this size, with scores that are all over the place."""
    return make_report(
        {
            f"s{subject}": [make_outcome((subject * 7 + probe * 13) % 41 - 20.0, id=f"probe_{probe}") for probe in range(num_probes)]
            for subject in range(num_subjects)
        }
    )


def nothing_scored() -> Report:
    """Make a report in which every request failed."""
    return make_report({"base": [make_outcome(None)], "tuned": [make_outcome(None)]})


def empty_replies() -> Report:
    """Make a report of replies without a visible character."""
    flag = Flag(flag="empty", tier="hard")
    return make_report({name: [make_outcome(-60.0, response=text, flags=(flag,))] for name, text in {"base": "", "tuned": " \n\t"}.items()})


def all_zero() -> Report:
    """Make a report in which nothing differs from zero."""
    return make_report({name: [make_outcome_of([0.0, 0.0])] for name in ("base", "tuned")})


def cut_short() -> Report:
    """Make a report with a probe that was not asked."""
    report = make_report({"base": [make_outcome(1.0), Outcome(probe=make_outcome(1.0, id="p2").probe, samples=())]}, samples=2)
    return msgspec.structs.replace(report, is_complete=False)


def hostile() -> Report:
    """Make a report in which every text that comes from others would break out if it could."""
    flag = Flag(flag=HOSTILE, tier="hard", start=0, unit=HOSTILE)
    outcomes = [
        make_outcome(1.0, id=HOSTILE, prompt=HOSTILE, response=HOSTILE, flags=(flag,), finish_reason=HOSTILE, refusal=HOSTILE),
        make_outcome(None, id="failed", error=HOSTILE),
    ]
    report = make_report({HOSTILE: outcomes, "tuned": outcomes})
    origins = tuple(
        msgspec.structs.replace(
            origin,
            system=HOSTILE,
            adapter=HOSTILE,
            adapter_digest=HOSTILE,
            system_fingerprint=HOSTILE,
            model=HOSTILE,
            training=Training(basis=HOSTILE, state=HOSTILE, resumed_from=HOSTILE, note=HOSTILE),
        )
        for origin in report.provenance.subjects
    )
    provenance = msgspec.structs.replace(report.provenance, subjects=origins, created=HOSTILE, endpoint=HOSTILE, candor_version=HOSTILE)
    return msgspec.structs.replace(report, provenance=provenance, notes=(HOSTILE,) * 9)


def sweep(scales: Sequence[float] = (0.0, 0.5, 1.0, 1.5)) -> Report:
    """Make a sweep of one model; its replies degenerate above scale 1."""
    report = make_report(
        {
            f"at {scale:g}": [
                make_outcome(10 * scale, id="p1"),
                make_outcome(8 * scale, id="p2", flags=(LOOP,) if scale > 1 else ()),
            ]
            for scale in scales
        }
    )
    origins = tuple(
        msgspec.structs.replace(origin, model="adapter", scale=scale)
        for origin, scale in zip(report.provenance.subjects, scales, strict=True)
    )
    return msgspec.structs.replace(report, provenance=msgspec.structs.replace(report.provenance, subjects=origins))


AWKWARD = {
    "three subjects": three_subjects,
    "one subject": one_subject,
    "six subjects": lambda: many(6, 7),
    "eight subjects": lambda: many(8, 2),
    "300 probes": lambda: many(2, 300),
    "nothing scored": nothing_scored,
    "empty replies": empty_replies,
    "all zero": all_zero,
    "cut short": cut_short,
    "hostile": hostile,
    "sweep": sweep,
}
