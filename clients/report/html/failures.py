"""What went wrong: every flag with what it looks like, every reply that is none, and how the requests ended."""

from collections.abc import Iterator

from clients.report.findings import FailureMode, TroubledReply
from clients.report.html.markup import Markup, element, join
from clients.report.html.subject_marks import subject_mark
from clients.report.html.tables import table
from clients.report.numerals import NO_NUMBER, write_count, write_seconds, write_share
from clients.report.report import Report
from clients.report.subject_summary import Replies, SubjectSummary

NUM_OPEN_TROUBLES = 10
MAX_LINKS = 12  # to probes, of one failure mode


def failure_modes(report: Report) -> Markup:
    """List the flags, a subject after the other."""
    modes = report.findings.failure_modes
    if not modes:
        return element("p", "No reply raises a flag.")
    subjects = [subject.name for subject in report.subjects if any(mode.subject == subject.name for mode in modes)]
    places = {row.id: place for place, row in enumerate(report.results, start=1)}
    return join(*(_modes_of(report, name, places) for name in subjects))


def troubled_replies(report: Report) -> Markup | None:
    """List the replies that failed, were refused or are empty; of very many the first, and the others to be opened."""
    places = {row.id: place for place, row in enumerate(report.results, start=1)}
    items = [_trouble(report, reply, places) for reply in report.findings.troubled_replies]
    if not items:
        return None
    more = items[NUM_OPEN_TROUBLES:]
    opener = element("summary", f"{write_count(len(more))} more")
    folded = element("details", opener, element("ul", *more, class_="troubles")) if more else None
    return join(
        element("h3", "Replies that failed, were refused or are no answer"),
        element("ul", *items[:NUM_OPEN_TROUBLES], class_="troubles"),
        folded,
    )


def reply_counts(report: Report) -> Markup:
    """Count how the requests ended, a line a subject; what has no answer was withheld, or is reasoning alone."""
    has_checks = any(subject.replies.passed is not None for subject in report.subjects)
    headings = ("subject", "asked", "missing", "failed", "refused", "no answer", "empty", "cut off", "hard flag", "tokens", "time a reply")
    rows = (tuple(_count_cells(report, subject, has_checks)) for subject in report.subjects)
    return table("How the requests ended", (*headings, *(("checks passed",) if has_checks else ())), rows, css_class="figures")


def _modes_of(report: Report, subject: str, places: dict[str, int]) -> Markup:
    modes = [_mode(mode, places) for mode in report.findings.failure_modes if mode.subject == subject]
    return join(element("h3", subject_mark(report, subject)), element("ul", *modes, class_="modes"))


def _mode(mode: FailureMode, places: dict[str, int]) -> Markup:
    links = [element("a", id, href=f"#probe-{places[id]}") for id in mode.ids[:MAX_LINKS]]
    more = f" and {len(mode.ids) - MAX_LINKS} more" if len(mode.ids) > MAX_LINKS else None
    head = element(
        "p",
        element("code", mode.flag, class_=f"flag {mode.tier}"),
        f" {mode.tier}, {write_count(mode.num_replies, 'reply', 'replies')} ({write_share(mode.share)})",
    )
    excerpt = element("blockquote", mode.excerpt, dir="auto", class_="excerpt") if mode.excerpt.strip() else None
    return element("li", head, excerpt, element("p", *_separated(links), more, class_="fine"))


def _separated(links: list[Markup]) -> Iterator[str]:
    for place, link in enumerate(links):
        yield Markup(", ") if place else Markup("")
        yield link


def _trouble(report: Report, reply: TroubledReply, places: dict[str, int]) -> Markup:
    where = element("a", reply.id, href=f"#probe-{places[reply.id]}")
    return element(
        "li",
        subject_mark(report, reply.subject),
        " ",
        where,
        f", sample {reply.sample}: ",
        element("b", reply.trouble),
        ", ",
        element("span", reply.words, dir="auto", class_="words"),
    )


def _count_cells(report: Report, subject: SubjectSummary, has_checks: bool) -> Iterator[str | Markup]:
    replies = subject.replies
    yield subject_mark(report, subject.name)
    num_unanswered = replies.withheld + replies.still_thinking + replies.only_reasoning
    ended = (replies.asked, replies.missing, replies.failed, replies.refused, num_unanswered, replies.empty)
    counts = (*ended, replies.cut_off, replies.hard_flagged)
    yield from map(write_count, counts)
    yield NO_NUMBER if replies.completion_tokens is None else write_count(replies.completion_tokens)
    yield NO_NUMBER if replies.mean_seconds is None else write_seconds(replies.mean_seconds)
    if has_checks:
        yield _passed(replies)


def _passed(replies: Replies) -> str:
    if replies.passed is None:
        return NO_NUMBER
    sure = f" ({write_share(replies.pass_interval[0])} to {write_share(replies.pass_interval[1])})" if replies.pass_interval else ""
    return f"{replies.passed} of {replies.judged}{sure}"
