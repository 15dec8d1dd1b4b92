"""What ends a command otherwise than well, and with which exit code.

ClientError
├── Regression         with --fail-on-regression: a subject is worse than the baseline (1)
├── UsageFault         the command line asks for what cannot be done (2)
├── FileFault          a file cannot be written any more: the disk is full (3)
├── EndpointFailure    unreachable, the key or the model refused, or no reply at all (3)
└── Interrupted        Ctrl-C (130)
"""

from typing import ClassVar


class ClientError(Exception):
    """Anything but a good end of a command; the message is for the person at the terminal."""

    exit_code: ClassVar[int]


class Regression(ClientError):
    """The report is whole, and speaks against a subject."""

    exit_code = 1


class UsageFault(ClientError):
    """The flags cannot be honoured as they stand."""

    exit_code = 2


class FileFault(ClientError):
    """What was made cannot be put into its file."""

    exit_code = 3


class EndpointFailure(ClientError):
    """The endpoint cannot be measured: going on would repeat the same failure."""

    exit_code = 3


class Interrupted(ClientError):
    """Ctrl-C; the code is the shell's convention, 128 + SIGINT."""

    exit_code = 130
