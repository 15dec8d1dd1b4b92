"""The flags that say which candor server is meant, and with which keys it is asked and changed."""

import argparse

import msgspec

from clients.asking.api_key import check_key, read_key_of_environment
from clients.asking.subject_flags import read_url


class ServerKeys(msgspec.Struct, frozen=True, kw_only=True):
    """What the server is known to let us do; None where it asks for no key."""

    api_key: str | None  # to ask with
    admin_key: str | None  # to load adapters with


def add_server_flags(group: argparse._ArgumentGroup) -> None:
    """Add the address and the keys."""
    group.add_argument("--url", type=read_url, required=True, help="the server, such as http://127.0.0.1:8000")
    group.add_argument("--api-key", metavar="KEY", help="to ask with (default: OPENAI_API_KEY in the environment)")
    group.add_argument("--admin-key", metavar="KEY", help="to load adapters with (default: CANDOR_ADMIN_KEY, then the key to ask with)")


def read_server_keys(flags: argparse.Namespace) -> ServerKeys:
    """Take the keys from flags or environment; raises ValueError."""
    api_key = _read_key(flags.api_key, "--api-key", "OPENAI_API_KEY")
    return ServerKeys(api_key=api_key, admin_key=_read_key(flags.admin_key, "--admin-key", "CANDOR_ADMIN_KEY") or api_key)


def _read_key(given: str | None, flag: str, variable: str) -> str | None:
    return check_key(given, flag) if given else read_key_of_environment(variable)
