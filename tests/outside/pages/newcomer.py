"""The environment of a newcomer's shell: what a make around this one passes on would change the commands of the pages."""

import os

MAKE_NAMES = ("MAKEFLAGS", "MAKEOVERRIDES", "MFLAGS", "MAKELEVEL", "ARGS", "PYTHON", "VENV")


def make_environment() -> dict[str, str]:
    """Copy this process's environment without it."""
    return {name: value for name, value in os.environ.items() if name not in MAKE_NAMES}
