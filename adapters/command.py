"""What the commands of this package share: how they end."""

import os
import sys
from collections.abc import Callable

from adapters.base.errors import ModelLoadError
from adapters.errors import AdapterError


class CommandFault(Exception):
    """Ends a command; the message is for people and says what to do."""

    exit_code = 3  # files and models


class UsageFault(CommandFault):
    """What was asked for makes no sense."""

    exit_code = 2


INTERRUPTED = 130
NO_ADVICE = "TRANSFORMERS_NO_ADVISORY_WARNINGS"  # that PyTorch is not there, which nothing here has need of


def end(name: str, work: Callable[[], int]) -> int:
    """Do the work of command `name` and give its exit code; a fault becomes one line on standard error."""
    os.environ.setdefault(NO_ADVICE, "1")
    try:
        return work()
    except CommandFault as exc:
        tell(name, str(exc))
        return exc.exit_code
    except (AdapterError, ModelLoadError) as exc:
        tell(name, str(exc))
        return CommandFault.exit_code
    except OSError as exc:  # that nobody foresaw: a name too long for any file, a pipe that was closed
        tell(name, f"{exc.strerror or exc}: {exc.filename}" if exc.filename else str(exc))
        return CommandFault.exit_code
    except KeyboardInterrupt:
        tell(name, "interrupted")
        return INTERRUPTED


def tell(name: str, text: object) -> None:
    """Say something to whoever started the command, beside its output."""
    print(f"{name}: {printable(str(text))}", file=sys.stderr, flush=True)


def printable(text: str) -> str:
    """Show as an escape what would act on a terminal: a name out of a file or of one may hold anything. Line ends are meant."""
    return "".join(char if char.isprintable() or char in "\n\N{NO-BREAK SPACE}" else repr(char)[1:-1] for char in text)
