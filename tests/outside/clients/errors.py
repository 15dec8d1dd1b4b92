"""Why a client was not run.

ClientNotRun
├── RuntimeMissing      the machine lacks what it runs on: it is skipped
└── EnvironmentFailed   its pins could not be installed: it fails
"""


class ClientNotRun(Exception):
    """A client's checks were not begun."""


class RuntimeMissing(ClientNotRun):
    """There is no Node, or none that is new enough."""


class EnvironmentFailed(ClientNotRun):
    """An installer gave up."""
