"""What came of a fusing, in words."""

from collections.abc import Iterator
from pathlib import Path

from adapters.fuse.report import AnswerCheck, FuseReport

MUCH_LOST = 0.5  # of the update, as error: half of what the adapter does to the weights is then noise
LITTLE_KEPT = 0.9
MOST_TOLD = 6


def tell_report(report: FuseReport, output: Path) -> Iterator[str]:
    """Say what was written and what rounding took."""
    overall, worst = report.overall, report.modules[report.worst]
    yield f"{output}: {len(report.modules)} modules changed, stored in {' and '.join(report.stored)}; all else as it was"
    yield (
        f"the update is {overall.update:.2%} of the weights it changes; stored, {overall.update_kept:.1%} of it is there, with an error "
        f"of {overall.update_error:.2%} of it ({overall.error:.3%} of the weights); worst {report.worst}: {worst.update_error:.2%}"
    )
    if overall.update_error > MUCH_LOST or overall.update_kept < LITTLE_KEPT:
        stored = " and ".join(report.stored)
        yield f"warning: the update is small beside what {stored} can tell apart, and much of it is lost: {_advise(report)}"
    if report.is_quantized:
        yield "transformers does not read MLX's quantised weights: --dequantize writes a folder that it reads"
    if report.left_out:
        more = f" and {len(report.left_out) - MOST_TOLD} more" if len(report.left_out) > MOST_TOLD else ""
        yield f"not taken along: {', '.join(report.left_out[:MOST_TOLD])}{more}"


def tell_check(report: FuseReport, check: AnswerCheck) -> Iterator[str]:
    """Say whether the fused model answers as the adapter on its base."""
    num_others = check.num_prompts - check.num_equal
    yield (
        f"check: {check.num_equal} of {check.num_prompts} greedy answers are those of the adapter on its base; log-probabilities differ by "
        f"{check.largest_difference:.2g} at most, and the adapter changes them by up to {check.adapter_effect:.2g}"
    )
    if num_others:
        places = ", ".join(map(str, check.first_differences[:MOST_TOLD])) + (" …" if num_others > MOST_TOLD else "")
        yield f"{'warning' if not check.num_equal else 'note'}: {num_others} differ, from token {places} on: {_explain(report)}"


def _explain(report: FuseReport) -> str:
    if report.overall.error == 0:
        return "nothing was rounded, so the difference is that of sums in another order"
    return f"the updated weights were rounded to {' and '.join(report.stored)} when they were stored; {_advise(report)}"


def _advise(report: FuseReport) -> str:
    return "--dequantize keeps more of it" if report.is_quantized else "--dtype float32 stores them exactly"
