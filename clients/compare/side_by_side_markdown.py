"""The side-by-side as Markdown for a paper."""

from collections.abc import Iterator

from clients.compare.side_by_side import Contrast, SideBySide
from clients.compare.standing import Standing
from clients.report.comparison import CHANGE_THRESHOLD, SIGNIFICANT
from clients.report.markdown.writing import bullets, code, escaped, table
from clients.report.numerals import (
    NO_NUMBER,
    write_average,
    write_average_change,
    write_change_interval,
    write_count,
    write_interval,
    write_p_value,
    write_share,
)


def render_side_by_side(whole: SideBySide) -> str:
    """Write the tables, a paragraph after the other."""
    return "\n\n".join(_paragraphs(whole)) + "\n"


def _paragraphs(whole: SideBySide) -> Iterator[str]:
    yield f"# {write_count(len(whole.standings), 'subject')} side by side"
    yield (
        f"Averages and ranks over {write_count(len(whole.probes), 'probe')} that all subjects have a score for, scored by {whole.scorer},"
        f" version {escaped(whole.scorer_version)}; intervals are 95 % bootstrap intervals over the probes."
    )
    standing_headings = ("subject", "model", "rank", "average", "95 % interval", "mean rank", "replies with a hard flag", "checks passed")
    yield table(standing_headings, map(_standing_row, whole.standings), num_words=2)
    yield f"## Against {escaped(whole.baseline)}"
    contrast_headings = ("subject", "delta", "95 % interval", "p", "Cohen's d", "improved", "regressed", "unchanged", "probes")
    yield table(contrast_headings, map(_contrast_row, whole.contrasts))
    yield (
        f"Paired over the probes that both have a score for; p by the sign-flip permutation test, Holm-corrected over"
        f" {write_count(len(whole.contrasts), 'comparison')}, bold where at most {SIGNIFICANT:g}; improved and regressed by the"
        f" ±{CHANGE_THRESHOLD:g} rule."
    )
    if whole.notes:
        yield bullets(map(escaped, whole.notes))
    yield "## Reports"
    yield table(("file", "measured", "content"), ((code(s.file), escaped(s.created), code(s.digest)) for s in whole.sources), num_words=3)


def _standing_row(line: Standing) -> tuple[str, ...]:
    return (
        escaped(line.label),
        code(line.model),
        str(line.rank),
        write_average(line.avg_lek),
        write_interval(line.interval),
        write_average(line.mean_rank),
        write_share(line.num_hard_flagged, line.num_replies),
        write_share(line.num_passed, line.num_judged),
    )


def _contrast_row(contrast: Contrast) -> tuple[str, ...]:
    one, difference = contrast.comparison, contrast.comparison.difference
    if difference is None:
        return (escaped(one.subject), *[NO_NUMBER] * 7, "0")
    p = write_p_value(contrast.p_value)
    return (
        escaped(one.subject),
        write_average_change(difference.mean),
        write_change_interval(difference.low, difference.high),
        f"**{p}**" if contrast.is_significant else p,
        write_average(difference.cohens_d),
        *(str(count) for count in (one.improved, one.regressed, one.unchanged)),
        str(difference.n),
    )
