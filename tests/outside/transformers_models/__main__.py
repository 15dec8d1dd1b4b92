"""`python -m tests.outside.transformers_models [CASE …]`: small models saved by transformers, answered by the engine and by transformers.

transformers runs in an environment of its own under `.cache/transformers`, at the version it is pinned to, which the first run fetches.
One line is printed a case; the exit status is 1 where log-probabilities, or tokens, are not the same. `--record` notes what tests in CI
are held against.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from adapters.base.device import Device, prepare_device

DEVICE = prepare_device()

from tests.outside.transformers_models.cases import CASES  # noqa: E402  (may import MLX, as those below)
from tests.server.engine.reading_tokens import read_tokens  # noqa: E402

ROOT = Path(__file__).parents[3]
HOME = ROOT / ".cache" / "transformers"
PINS = Path(__file__).parent / "requirements.txt"
RECORDED = ROOT / "tests" / "server" / "engine" / "transformers_models"
PLACES = (0, 1, 4, 31, 32, 33, 40, 149, 172)  # that are recorded: before, at and behind a window's end, and at the end
TOLERANCE = 1e-3
DIGITS = 5


def main() -> int:
    """Make the models and compare."""
    parser = argparse.ArgumentParser(prog="python -m tests.outside.transformers_models", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"all unless said: {', '.join(CASES)}")
    parser.add_argument("--record", action="store_true", help=f"note them in {RECORDED.relative_to(ROOT)}")
    options = parser.parse_args()
    if unknown := set(options.cases) - set(CASES):
        parser.error(f"no such case: {', '.join(sorted(unknown))} (there are {', '.join(CASES)})")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        subprocess.run(
            [_prepare(), "-m", "tests.outside.transformers_models.make_models", folder], check=True, cwd=ROOT, env=_environment()
        )
        told = {name: json.loads((folder / f"{name}.json").read_text()) for name in options.cases or CASES}
        faults = [_compare(name, folder / name, one, DEVICE) for name, one in told.items()]
        if options.record:
            for name, one in told.items():
                _record(name, one | {"config": json.loads((folder / name / "config.json").read_text())})
    return 1 if any(faults) else 0


def _prepare() -> Path:
    """Make the environment, unless it is there, and give its interpreter."""
    interpreter = HOME / "venv" / "bin" / "python"
    noted = HOME / "made-of"
    if not noted.exists() or noted.read_text() != PINS.read_text():
        shutil.rmtree(HOME, ignore_errors=True)
        HOME.mkdir(parents=True)
        if uv := shutil.which("uv"):
            subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, HOME / "venv"], check=True)
            subprocess.run([uv, "pip", "install", "--quiet", "--python", interpreter, "-r", PINS], check=True)
        else:
            subprocess.run([sys.executable, "-m", "venv", HOME / "venv"], check=True)
            subprocess.run([interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", PINS], check=True)
        noted.write_text(PINS.read_text())
    return interpreter


def _environment() -> dict[str, str]:
    return os.environ | {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "TRANSFORMERS_VERBOSITY": "error"}


def _compare(name: str, folder: Path, told: dict[str, Any], device: Device) -> bool:
    """Print how far the engine is from what transformers told of a model; give whether it is too far."""
    read = read_tokens(folder, device, told["token_ids"], num_drawn=0)
    off = max(
        abs(mine - theirs)
        for own, other in zip(read.logprobs, told["logprobs"], strict=False)
        for mine, theirs in zip(own, other, strict=True)
    )
    drawn = read_tokens(folder, device, told["token_ids"][: told["num_read"]], num_drawn=len(told["token_ids"]) - told["num_read"]).drawn
    is_other = drawn != told["token_ids"][told["num_read"] :]
    is_fault = is_other or not off <= TOLERANCE
    print(
        f"{'FAULT' if is_fault else 'ok   '} {name}: log-probabilities {off:.1e} apart, tokens {'differ' if is_other else 'equal'}",
        flush=True,
    )
    return is_fault


def _record(name: str, told: dict[str, Any]) -> None:
    RECORDED.mkdir(exist_ok=True)
    logprobs = {place: [round(value, DIGITS) for value in told["logprobs"][place]] for place in PLACES}
    pins = PINS.read_text().splitlines()
    lines = (f"{json.dumps(key)}: {json.dumps(value)}" for key, value in (told | {"logprobs": logprobs, "made_with": pins}).items())
    (RECORDED / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    sys.exit(main())
