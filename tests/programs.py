"""Programs of Debian's that some tests drive."""

import os
import shutil

import pytest


def find_program(name: str, *, package: str) -> str:
    """Find a program. Where it is not installed the test is skipped, but in CI it fails: nothing may be left out unseen there."""
    path = shutil.which(name)
    if path is None:
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up(f"{name} is not installed (Debian: apt-get install {package})")
    return path
