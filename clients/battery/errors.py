"""What ends a battery before its report, and with which exit code.

BatteryError
├── UsageFault         the command line asks for what cannot be done (2)
└── EndpointFailure    unreachable, the key or the model refused, or no reply at all (3)
"""

from typing import ClassVar

INTERRUPTED_EXIT_CODE = 130  # the shell's convention for Ctrl-C: 128 + SIGINT


class BatteryError(Exception):
    """Anything that ends a battery early; the message is for the person at the terminal."""

    exit_code: ClassVar[int]


class UsageFault(BatteryError):
    """The flags cannot be honoured as they stand."""

    exit_code = 2


class EndpointFailure(BatteryError):
    """The endpoint cannot be measured: going on would repeat the same failure."""

    exit_code = 3
