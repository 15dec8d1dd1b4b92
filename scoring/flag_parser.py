"""The parser of every command line here: its refusals repeat what was given, and that may be the name of anybody's file."""

import argparse
from typing import NoReturn

from scoring.printable import printable_lines


class FlagParser(argparse.ArgumentParser):
    """Refuses in words that no terminal acts on."""

    def error(self, message: str) -> NoReturn:
        """End the process with exit code 2."""
        super().error(printable_lines(message))
