"""API keys as they go into a header. None is ever shown in a message."""

import os


def read_key_of_environment(name: str) -> str | None:
    """Read a key from the environment; None where there is none. Raises ValueError."""
    key = os.environ.get(name)
    return check_key(key, name) if key else None


def check_key(key: str, where: str) -> str:
    """Refuse what no header can carry, such as the line end of a file that was read whole. Raises ValueError."""
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ValueError(f"{where}: a key is printable ASCII without spaces and line ends (what was given is not shown here)")
    return key
