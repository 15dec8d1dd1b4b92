"""Keep some of what PEFT made for the tests that run without it: `tests/adapters/files/data/peft`."""

import shutil
from pathlib import Path

RECORDED = Path(__file__).parents[2] / "adapters" / "files" / "data" / "peft"
CASES = ("all-linear", "compiled-afterwards", "dora-rslora-expressions", "velora")


def record(made: Path) -> None:
    """Copy the cases with the bases they need, of the nested base no more than candor reads."""
    shutil.rmtree(RECORDED, ignore_errors=True)
    RECORDED.mkdir(parents=True)
    shutil.copy(made / "tokens.json", RECORDED)
    for name in ("text", "nested"):
        (RECORDED / "bases" / name).mkdir(parents=True)
        for file in ("config.json", "model.safetensors"):
            shutil.copy(made / "bases" / name / file, RECORDED / "bases" / name)
    for case in CASES:
        shutil.copytree(made / "cases" / case, RECORDED / "cases" / case, ignore=shutil.ignore_patterns("README.md"))
