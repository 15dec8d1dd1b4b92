"""What went wrong: the failure modes with what they look like, and the replies that are none."""

from collections.abc import Iterator

from clients.report.findings import FailureMode, TroubledReply
from clients.report.markdown.writing import code, escaped, table
from clients.report.numerals import write_share
from clients.report.report import Report

MAX_NAMED_PROBES = 6


def write_failure_section(report: Report) -> Iterator[str]:
    """Write the tables."""
    yield "## Failure modes"
    findings = report.findings
    if findings.failure_modes:
        yield table(("subject", "flag", "tier", "probes", "excerpt", "replies"), map(_mode_row, findings.failure_modes), num_words=5)
    else:
        yield "No reply raises a flag."
    if findings.troubled_replies:
        yield "Replies that failed, were refused or are no answer:"
        yield table(("subject", "probe", "sample", "what", "words"), map(_trouble_row, findings.troubled_replies), num_words=5)


def _mode_row(mode: FailureMode) -> tuple[str, ...]:
    probes = ", ".join(map(code, mode.ids[:MAX_NAMED_PROBES]))
    more = f" and {len(mode.ids) - MAX_NAMED_PROBES} more" if len(mode.ids) > MAX_NAMED_PROBES else ""
    replies = f"{mode.num_replies} ({write_share(mode.share)})"
    return escaped(mode.subject), code(mode.flag), mode.tier, probes + more, code(mode.excerpt), replies


def _trouble_row(reply: TroubledReply) -> tuple[str, ...]:
    return escaped(reply.subject), code(reply.id), str(reply.sample), reply.trouble, escaped(reply.words)
