"""Folders of trainings, made by hand."""

import json
from pathlib import Path
from typing import Any

from clients.checkpoints.run_folder import Checkpoint
from clients.checkpoints.step import FlagShare, Measured, StepResult, make_share
from clients.report.rounded_statistics import judge_differences
from scoring.statistics.fisher import fisher_more_often

NUM_PROBES, NUM_REPLIES = 6, 30


def write_record(folder: Path, *, state: str = "finished", steps: int = 0, digest: str | None = None, **more: Any) -> None:
    """Write a training's record, as much of it as is read."""
    record = {"format": 1, "state": state, "adapter_digest": digest, "optimizer_steps": steps} | more
    (folder / "training.json").write_text(json.dumps(record))


def write_adapter(folder: Path) -> Path:
    """Write what makes a folder one of an adapter."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "adapter_config.json").write_text("{}")
    return folder


def make_run(run: Path, *steps: int, state: str | None = "finished") -> Path:
    """Make a run of candor's own with checkpoints at some steps, and without a final adapter."""
    run.mkdir(exist_ok=True)
    for step in steps:
        add_checkpoint(run, step)
    if state is not None:
        write_record(run, state=state, steps=max(steps, default=0))
    return run


def add_checkpoint(run: Path, step: int) -> None:
    """Add a checkpoint as the trainer does: at once and whole."""
    unfinished = write_adapter(run / f".writing-{step}")
    write_record(
        unfinished, state="running", steps=step, digest=f"sha256:{step}", rows_trained=4 * step, tokens_trained=9 * step, final_loss=1.5
    )
    (run / "checkpoints").mkdir(exist_ok=True)
    unfinished.rename(run / "checkpoints" / str(step))


def measured(name: str, *scores: float, flagged: int = 0, refused: int = 0, num_replies: int = NUM_REPLIES) -> Measured:
    """Make what was measured of a subject with these scores, one a probe."""
    return Measured(
        name=name,
        avg_lek=sum(scores) / len(scores),
        interval=(min(scores), max(scores)),
        num_probes=len(scores),
        asked=num_replies,
        failed=0,
        hard_flagged=make_share(flagged, num_replies),
        hard_flags=(FlagShare(flag="token_loop", replies=make_share(flagged, num_replies)),) if flagged else (),
        refused=make_share(refused, num_replies),
        cut_off=0,
        scores={f"p{number}": score for number, score in enumerate(scores)},
    )


BASE = measured("base", 4, 5, 6, 4, 5, 6)


def result(step: int, *scores: float, flagged: int = 0, base: Measured = BASE, num_replies: int = NUM_REPLIES) -> StepResult:
    """Make a checkpoint's result against the base."""
    own = measured(f"step {step}", *scores, flagged=flagged, num_replies=num_replies)
    delta = judge_differences([score - (base.scores[probe] or 0) for probe, score in own.scores.items() if score is not None])
    assert delta is not None
    p_value = fisher_more_often(flagged, num_replies, base.hard_flagged.count, base.hard_flagged.num_replies)
    return StepResult(
        step=step,
        place=f"checkpoints/{step}",
        is_final=False,
        digest=f"sha256:{step}",
        measured=own,
        delta=delta,
        is_significant=delta.p_value <= 0.05,
        hard_flags_p=p_value,
        has_more_hard_flags=p_value <= 0.05,
    )


def failure(step: int) -> StepResult:
    """Make the result of a checkpoint that could not be judged."""
    return StepResult(step=step, place=f"checkpoints/{step}", is_final=False, error="HTTP 500: the engine has died")


def steps_of(checkpoints: tuple[Checkpoint, ...]) -> list[int]:
    """Give their steps."""
    return [checkpoint.step for checkpoint in checkpoints]
