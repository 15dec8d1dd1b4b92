"""`python -m tests.outside.real [--model FOLDER] [PYTEST'S OPTIONS]`: the real Gemma 3 270M, held against mlx-lm and transformers.

The model is made first where it is not there (tools/real_gemma). Four minutes or so on two cores, 5 GB of memory. What transformers says
is written down in transformers.json; record_transformers.py says how.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
FOLDER = ROOT / ".cache" / "gemma-3-270m"
FILES = "real_*.py"  # unlike test_*.py they are not found by a plain pytest: no part of CI


def main() -> int:
    """Make the model if need be, then run the tests."""
    parser = argparse.ArgumentParser(prog="python -m tests.outside.real", description=__doc__)
    parser.add_argument("--model", type=Path, default=FOLDER, metavar="FOLDER", help="the model's folder (default: .cache/gemma-3-270m)")
    options, others = parser.parse_known_args()
    folder: Path = options.model.resolve()
    if not folder.exists() and (
        status := subprocess.run([sys.executable, "-m", "tools.real_gemma", str(folder), "--keep-gguf"], cwd=ROOT).returncode
    ):
        return status
    return int(pytest.main([str(HERE), "-o", f"python_files={FILES}", f"--real-gemma={folder}", "--durations=8", *others]))


if __name__ == "__main__":
    sys.exit(main())
