"""What an endpoint is to know us by: a key, and headers as gateways and Azure want them. No value is ever shown; names may be."""

import re

import msgspec

from clients.asking.endpoint import read_api_root

HEADER_FORM = "[URL=]NAME: VALUE"
NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
HEADER = re.compile(rf"(?:(?P<url>https?://\S+?)=)?(?P<name>{NAME})\s*:(?P<value>.*)", re.DOTALL)
OURS = ("content-length", "content-type", "transfer-encoding", "connection", "accept-encoding", "te", "upgrade", "expect")
KEY_HEADERS = ("authorization", "api-key", "x-api-key", "x-goog-api-key", "ocp-apim-subscription-key")
CONCEALED = "[secret]"
MIN_CONCEALED_CHARS = 4  # shorter ones are in any text


class RequestHeader(msgspec.Struct, frozen=True, kw_only=True):
    """One `--header`; without a URL it goes where `--url` points."""

    endpoint: str | None
    name: str
    value: str


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """What goes with each request to one endpoint."""

    api_key: str | None = None
    headers: dict[str, str] = {}

    @property
    def has_key_header(self) -> bool:
        """Say whether a header takes the key's place."""
        return any(name.lower() in KEY_HEADERS for name in self.headers)

    def conceal(self, text: str) -> str:
        """Take the values out of a text that an endpoint wrote: some repeat the key that they refuse."""
        values = {self.api_key or "", *self.headers.values()}
        secrets = values | {value.partition(" ")[2].strip() for value in self.headers.values()}  # also without `Bearer`
        for secret in sorted(secrets, key=len, reverse=True):
            if len(secret) >= MIN_CONCEALED_CHARS:
                text = text.replace(secret, CONCEALED)
        return text


def read_header(text: str) -> RequestHeader:
    """Read `NAME: VALUE`, or `URL=NAME: VALUE` for another endpoint. Raises ValueError, which shows no value."""
    match = HEADER.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"--header: expected {HEADER_FORM} (what was given is not shown here)")
    name, value = match["name"], match["value"].strip()
    if name.lower() in OURS:
        raise ValueError(f"--header {name}: the battery sends this one itself")
    if not value:
        raise ValueError(f"--header {name}: has no value; expected {HEADER_FORM}")
    if not value.isascii() or not value.isprintable():
        raise ValueError(f"--header {name}: a value is printable ASCII without line ends (what was given is not shown here)")
    return RequestHeader(endpoint=read_api_root(match["url"]) if match["url"] else None, name=name, value=value)
