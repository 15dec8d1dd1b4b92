"""What a command says beside its report: on standard error, so that standard output holds the report alone."""

import sys

from scoring.printable import printable_lines


def tell(command: str, words: object) -> None:
    """Say it at once, in the command's name."""
    print(f"{command}: {printable_lines(str(words))}", file=sys.stderr, flush=True)
