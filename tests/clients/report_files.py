"""Reports as they lie in files, for the tests that compare them."""

import json
from pathlib import Path
from typing import Any

TIMES = ("created", "duration", "seconds", "mean_seconds")


def read_report_file(path: Path) -> dict[str, Any]:
    """Read a report as plain JSON."""
    report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return report


def without_times(value: Any) -> Any:
    """Blank what a clock has measured, wherever it stands."""
    if isinstance(value, dict):
        return {key: None if key in TIMES else without_times(inner) for key, inner in value.items()}
    return [without_times(inner) for inner in value] if isinstance(value, list) else value
