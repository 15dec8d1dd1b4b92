"""The full replies, side by side: a fold a probe, a column a subject, a block a reply."""

from collections.abc import Iterator, Sequence

from clients.records.record import Record
from clients.report.findings import find_trouble
from clients.report.html.markup import Markup, element, join
from clients.report.html.reply_text import marked_text
from clients.report.html.subject_marks import colour, subject_mark
from clients.report.numerals import with_minus_signs, write_change, write_count, write_plain, write_score, write_seconds
from clients.report.report import Report, Row

LONG_CHARS = 1500  # a longer text scrolls within its block
USUAL_ENDINGS = ("stop", None)


def replies(report: Report) -> Markup:
    """Write all folds, with the controls that the script brings to life."""
    folds = (_fold(report, row, place) for place, row in enumerate(report.results))
    return join(_controls(report), element("div", *folds, class_="probes"))


def _controls(report: Report) -> Markup:
    filters = ["all", *(("improved", "regressed") if report.comparisons else ()), "flagged", "troubled"]
    options = (element("option", f"{word} probes", value=word) for word in filters)
    return element(
        "div",
        element("label", "Show ", element("select", *options, id="probe-filter")),
        element("button", "Open all", type="button", data_open="true"),
        element("button", "Close all", type="button", data_open="false"),
        element("output", id="probe-count", aria_live="polite"),
        class_="controls",
        hidden=True,
    )


def _fold(report: Report, row: Row, place: int) -> Markup:
    columns = [(subject.name, report.samples(row, subject.name)) for subject in report.subjects]
    samples = [sample for _, own in columns for sample in own]
    origin = ", ".join(word for word in (row.domain, f"group {row.group}" if row.group else None) if word)
    return element(
        "details",
        element("summary", element("span", row.id, class_="probe-id"), _chips(report, place), _marks(samples)),
        element("p", row.prompt, dir="auto", class_="prompt"),
        element("p", origin, class_="fine") if origin else None,
        element(
            "div",
            *(_column(report, place, name, own) for name, own in columns),
            class_="columns",
            tabindex=0,
            role="region",
            aria_label=f"Replies to {row.id}",
        ),
        class_="probe",
        id=f"probe-{place + 1}",
        data_kinds=" ".join(_kinds(report, place, samples)),
    )


def _kinds(report: Report, place: int, samples: Sequence[Record]) -> Iterator[str]:
    """Name what the filter can ask for."""
    yield from dict.fromkeys(comparison.probes[place].change or "uncompared" for comparison in report.comparisons)
    if any(sample.scored.flags for sample in samples):
        yield "flagged"
    if any(find_trouble(sample) is not None for sample in samples):
        yield "troubled"


def _chips(report: Report, place: int) -> Markup:
    chips = (
        element(
            "span",
            element("i", class_="swatch"),
            element("span", subject.name, " ", class_="unseen"),
            with_minus_signs(write_score(subject.probes[place].lek_score)),
            class_=f"chip {colour(report, subject.name)}",
        )
        for subject in report.subjects
    )
    return element("span", *chips, class_="chips")


def _marks(samples: Sequence[Record]) -> Markup | None:
    """Name what a closed fold holds beside scores: replies that are none, then flags."""
    flags = [flag for sample in samples for flag in sample.scored.raised]
    tiers = {flag.flag: flag.tier for flag in sorted(flags, key=lambda flag: flag.tier, reverse=True)}  # hard, where it is both
    troubles = dict.fromkeys((found.trouble for sample in samples if (found := find_trouble(sample)) is not None), "trouble")
    marks = [element("span", name, class_=css_class) for name, css_class in (troubles | tiers).items()]
    return element("span", *marks, class_="fold-flags") if marks else None


def _column(report: Report, place: int, subject: str, samples: Sequence[Record]) -> Markup:
    deltas = [comparison.probes[place] for comparison in report.comparisons if comparison.subject == subject]
    delta = [
        element("em", with_minus_signs(write_change(one.delta)), class_=one.change or "uncompared")
        for one in deltas
        if one.delta is not None
    ]
    mean = next(own.probes[place].lek_score for own in report.subjects if own.name == subject)
    heading = element("h3", subject_mark(report, subject), element("span", with_minus_signs(write_score(mean)), " ", *delta, class_="mean"))
    blocks = [_block(alike, subject, len(samples)) for alike in _folded(samples)] or [element("p", "Not asked.", class_="fine")]
    return element("section", heading, *blocks, class_="column")


def _folded(samples: Sequence[Record]) -> list[list[Record]]:
    """Put replies together that are the same in all that is shown of them."""
    groups: dict[tuple[object, ...], list[Record]] = {}
    for sample in samples:
        ending = (
            sample.reply.error,
            sample.reply.partial,
            sample.reply.reasoning,
            sample.reply.refusal,
            sample.reply.finish_reason,
            sample.reply.num_completion_tokens,
        )
        groups.setdefault((sample.reply.text, sample.scored.lek_score, repr(sample.scored.degeneration), *ending), []).append(sample)
    return list(groups.values())


def _block(alike: Sequence[Record], subject: str, num_samples: int) -> Markup:
    first = alike[0]
    return element(
        "article",
        element(
            "p", _numbers(alike, num_samples), element("b", with_minus_signs(write_score(first.scored.lek_score))), class_="reply-head"
        ),
        _reasoning(first),
        _text(first, subject),
        element("p", " · ".join(_facts(alike)), class_="fine"),
        element("p", *_dimensions(first), class_="fine dimensions") if first.scored.heuristic else None,
        element("p", *_flags(first), class_="flags") if first.scored.raised else None,
        class_="reply",
    )


def _numbers(alike: Sequence[Record], num_samples: int) -> str:
    if len(alike) == num_samples > 1:
        return f"All {num_samples} samples, alike"
    numbers = ", ".join(str(sample.asked.sample) for sample in alike)
    return f"Samples {numbers}, alike" if len(alike) > 1 else f"Sample {numbers}"


def _reasoning(sample: Record) -> Markup | None:
    """Fold up the reasoning; where no answer follows, it is what flags are found in."""
    text = sample.reply.reasoning
    if not text:
        return None
    shown = marked_text(text, sample.scored.raised) if sample.reply.is_only_reasoning else text
    is_long = len(text) > LONG_CHARS
    return element(
        "details",
        element("summary", f"Reasoning ({write_count(len(text), 'character')})"),
        element("div", shown, class_="text long" if is_long else "text", dir="auto", tabindex=0 if is_long else None),
        class_="reasoning",
    )


def _text(sample: Record, subject: str) -> Markup:
    if sample.reply.error is not None:
        failed = element("p", element("b", "Failed: "), sample.reply.error, dir="auto", class_="no-text")
        partial = element("div", sample.reply.partial, class_="text", dir="auto") if sample.reply.partial else None
        return join(failed, partial)
    flags = sample.scored.raised
    if sample.reply.is_only_reasoning or (sample.reply.is_withheld and sample.reply.is_blank):
        return element("p", "No answer: ", sample.reply.missing_words or "", dir="auto", class_="no-text")
    if sample.reply.is_empty:
        return element(
            "p", "Empty reply", element("span", f" ({write_count(len(sample.reply.text or ''), 'blank character')})"), class_="no-text"
        )
    is_long = len(sample.reply.text or "") > LONG_CHARS
    return element(
        "div",
        marked_text(sample.reply.text or "", flags),
        class_="text long" if is_long else "text",
        dir="auto",
        tabindex=0 if is_long else None,
        role="region" if is_long else None,
        aria_label=f"{subject}, {sample.asked.id}, sample {sample.asked.sample}" if is_long else None,
    )


def _facts(alike: Sequence[Record]) -> Iterator[str]:
    first = alike[0]
    if first.reply.text:
        yield write_count(len(first.reply.text), "character")
    if first.reply.num_completion_tokens is not None:
        yield write_count(first.reply.num_completion_tokens, "token")
    if seconds := [sample.reply.seconds for sample in alike if sample.reply.seconds is not None]:
        yield " to ".join(dict.fromkeys(map(write_seconds, (min(seconds), max(seconds)))))
    if first.reply.finish_reason not in USUAL_ENDINGS:
        yield "cut off at the length limit" if first.reply.finish_reason == "length" else f"finish reason {first.reply.finish_reason}"
    if first.reply.refusing_words is not None:
        yield f"refused ({first.reply.refusing_words})"
    if first.scored.judgement is not None:
        verdict = {True: "passes its checks", False: "fails its checks", None: "cannot be checked"}[first.scored.judgement.passed]
        yield f"{verdict}: {first.scored.judgement.why}" if first.scored.judgement.why else verdict


def _dimensions(sample: Record) -> Iterator[Markup]:
    present = {name: value for name, value in (sample.scored.heuristic or {}).items() if value}
    if not present:
        yield Markup("every dimension 0")
    for name, value in present.items():
        yield element("span", name.replace("_", " "), " ", element("b", with_minus_signs(write_score(value))))


def _flags(sample: Record) -> Iterator[Markup]:
    for flag in sample.scored.raised:
        copies = f" × {write_plain(flag.copies)}" if flag.copies is not None else ""
        unit = element("span", f" {flag.unit!r}{copies}", dir="auto") if flag.unit is not None else None
        yield element("code", flag.flag, unit, class_=f"flag {flag.tier}")
