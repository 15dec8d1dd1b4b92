"""The parts of an experiment, each a command of candor's own; what is done is left alone."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from bench.endpoint import HOST, ROOT, served
from bench.experiment.configurations import Configuration
from bench.experiment.durations import Durations
from bench.experiment.plan import EXAMPLE, HELD_OUT, Places, Plan, write_training_rows

KEPT = ("training.json", "losses.jsonl", "losses.svg")  # of a training


def train(plan: Plan, places: Places, durations: Durations) -> None:
    """Train each configuration, or go on with it."""
    rows = places.scratch / "train.jsonl"
    write_training_rows(rows)
    for configuration in plan.configurations:
        run = places.run(configuration)
        if _read(run / "training.json").get("state") == "finished":
            continue
        flags = ["--model", str(places.model), "--data", str(rows), "--validation", str(EXAMPLE / HELD_OUT), "--output", str(run)]
        flags += [*configuration.flags(plan.share, plan.seed), "--answer-end", plan.answer_end]
        with durations.measured(f"train {configuration.name}"):
            _call("adapters.train", *flags, *(["--resume"] if run.exists() else []))


def judge(plan: Plan, places: Places, durations: Durations) -> None:
    """Put each training's checkpoints to the battery."""
    open_ones = [one for one in plan.configurations if not is_judged(_read(places.sweep(one)))]
    if not open_ones:
        return
    (places.scratch / "sweeps").mkdir(exist_ok=True)
    flags = ["--model", str(places.model), "--adapter-dir", str(places.scratch / "runs")]
    with served("server", flags, log=places.scratch / "server.log") as endpoint:
        for configuration in open_ones:
            with durations.measured(f"judge {configuration.name}"):
                _sweep(f"http://{HOST}:{endpoint.port}", configuration, plan, places)


def is_judged(sweep: dict[str, Any]) -> bool:
    """Tell a sweep over all checkpoints from one that was cut short, or that failed at some."""
    return bool(sweep.get("is_complete")) and all(step["error"] is None for step in sweep["steps"])


def _sweep(url: str, configuration: Configuration, plan: Plan, places: Places) -> None:
    report = places.sweep(configuration)
    settings = {
        "--url": url,
        "--run": str(places.run(configuration)),
        "--samples": str(plan.samples),
        "--max-tokens": str(plan.max_tokens),
        "--temperature": f"{plan.temperature:g}",
        "--seed": str(plan.seed),
        "--concurrency": "16",
        "--timeout-s": "900",
        "--output": str(report),
        "--html": str(report.with_suffix(".html")),
        "--markdown": str(report.with_suffix(".md")),
    }
    has_begun = report.with_suffix(".jsonl").exists()
    _call("clients.checkpoints", *(text for pair in settings.items() for text in pair), *(["--resume"] if has_begun else []))


def compare(plan: Plan, places: Places, durations: Durations) -> None:
    """Hold the three adapters against each other."""
    compared = places.scratch / "compared"
    if (compared.with_suffix(".json")).exists():
        return
    scores = []
    for configuration in plan.configurations:
        file = places.scratch / f"scores-{configuration.name}.json"
        file.write_bytes(msgspec.json.encode(_as_battery_report(configuration, _read(places.sweep(configuration)))))
        scores += ["--scores", f"{configuration.name}={file}"]
    adapters = [f"{one.name}={places.run(one)}" for one in plan.configurations]
    unfinished = places.scratch / "comparing.json"
    with durations.measured("compare"):
        _call(
            "adapters.compare", *adapters, "--model", str(places.model), *scores,
            "--json", str(unfinished), "--html", str(compared.with_suffix(".html")), log=compared.with_suffix(".txt"),
        )  # fmt: skip
    unfinished.rename(compared.with_suffix(".json"))


def _as_battery_report(configuration: Configuration, sweep: dict[str, Any]) -> dict[str, Any]:
    """Tell of the last checkpoint, whose weights the adapter has, as the battery would."""
    last = max((step for step in sweep["steps"] if step["measured"]), key=lambda step: step["step"])
    subjects = [("baseline", "base", sweep["base"]), ("trained", configuration.name, last["measured"])]
    return {
        "subjects": [
            {
                "name": name,
                "role": role,
                "avg_lek": measured["avg_lek"],
                "replies": {"asked": measured["asked"], "hard_flagged": measured["hard_flagged"]["count"]},
            }
            for role, name, measured in subjects
        ],
        "results": [{"trained_samples": [{"subject": configuration.name, "adapter_digest": last["digest"]}]}],
    }


def keep(plan: Plan, places: Places) -> None:
    """Copy what is kept: records, curves and reports, no weights and no replies."""
    places.output.mkdir(parents=True, exist_ok=True)
    for configuration in plan.configurations:
        run, sweep = places.run(configuration), places.sweep(configuration)
        found = [(run / name, f"{configuration.name}-{name}") for name in KEPT]
        found += [(sweep.with_suffix(end), f"{configuration.name}-checkpoints{end}") for end in (".json", ".html")]
        for source, name in found:
            _copy_without_places(source, places.output / name, places)
    for end in (".json", ".html", ".txt"):
        _copy_without_places((places.scratch / "compared").with_suffix(end), places.output / f"compared{end}", places)


def _copy_without_places(source: Path, target: Path, places: Places) -> None:
    """Copy a text; where things lay on this machine is nobody's business."""
    text = source.read_text()
    for place, name in ((places.scratch, "SCRATCH"), (places.model, places.model.name), (ROOT, ".")):
        text = text.replace(str(place), name)
    target.write_text(text)


def read_sweep(configuration: Configuration, places: Places) -> dict[str, Any]:
    """Read the report on a training's checkpoints."""
    return _read(places.sweep(configuration))


def read_training(configuration: Configuration, places: Places) -> dict[str, Any]:
    """Read a training's record."""
    return _read(places.run(configuration) / "training.json")


def _read(file: Path) -> dict[str, Any]:
    """Read a JSON file; nothing of one that is not there."""
    return dict(msgspec.json.decode(file.read_bytes())) if file.exists() else {}


def _call(module: str, *arguments: str, log: Path | None = None) -> None:
    """Run a command of candor's. Raises CalledProcessError."""
    command: Sequence[str] = [sys.executable, "-m", module, *arguments]
    if log is None:
        subprocess.run(command, cwd=ROOT, check=True, env=os.environ | {"COLUMNS": "120"})
        return
    with log.open("w") as output:
        subprocess.run(command, cwd=ROOT, check=True, stdout=output, env=os.environ | {"COLUMNS": "120"})
