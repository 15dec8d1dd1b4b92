"""Keep an adapter of a trainer's for the tests that need no trainer."""

import json
import shutil
from pathlib import Path

from tests.outside.mlx_trainers.trainer import ROOT

RECORDED = ROOT / "tests" / "adapters" / "files" / "trained"
LOCAL_KEYS = ("adapter_path", "config", "data", "model")  # of a configuration: where things lay on the machine


def record(folder: Path) -> None:
    """Copy a case's adapter, its configuration without paths, and what the trainer's software made of one layer."""
    kept = RECORDED / folder.name.removeprefix("recorded-")
    kept.mkdir(parents=True, exist_ok=True)
    config = json.loads((folder / "adapter" / "adapter_config.json").read_bytes())
    config = {key: value for key, value in config.items() if key not in LOCAL_KEYS}
    (kept / "adapter_config.json").write_text(json.dumps(config, indent=1) + "\n")
    shutil.copy(folder / "adapter" / "adapters.safetensors", kept)
    shutil.copy(folder / "layer.safetensors", kept)
