"""A repository that cannot be reached is a clear error."""

import os
import subprocess
import sys

SCRIPT = """
from adapters.base.errors import ModelLoadError
from adapters.base.fetch import find_model
try:
    find_model("mlx-community/gemma-3-1b-it-qat-4bit")
except ModelLoadError as exc:
    print(exc)
"""


def test_a_repository_out_of_reach_is_refused_with_what_to_do(tmp_path: os.PathLike[str]) -> None:
    offline = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    printed = subprocess.run([sys.executable, "-c", SCRIPT], env=offline, capture_output=True, text=True, check=True).stdout
    assert "mlx-community/gemma-3-1b-it-qat-4bit is not in the local cache" in printed
    assert "check the network, or give a folder" in printed
