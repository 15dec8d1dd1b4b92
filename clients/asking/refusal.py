"""An endpoint's refusal of a request, and which field of it is at fault."""

import re
from typing import Any

import msgspec

AGAINST = re.compile(
    r"un(?:supported|known|recogni[sz]ed|expected)|extra|forbidden|cannot find|no such|deprecated|instead|invalid (?:field|param|arg)"
    r"|not (?:be )?(?:supported|permitted|allowed|accepted|recogni[sz]ed|available|compatible)"
    r"|n[o']t (?:support|accept|take|allow|recogni[sz]e)",
    re.IGNORECASE,
)
NEAR = 120  # characters between a field's name and what is said against it
STREAM_ONLY = re.compile(
    r"(?:only|must|required?s?|need|please|set|enable|non|not|without)\W.{0,60}\bstream|\bstream.{0,60}\b(?:only|must|required|needed|true|enabled)\b",
    re.IGNORECASE | re.DOTALL,
)


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """What an endpoint says where it finds the request at fault."""

    text: str  # the whole of the body
    param: str | None = None  # the field, where it says so apart
    code: str | None = None

    def names(self, field: str) -> bool:
        """Say whether the text holds the name, but not as a key with its number: some endpoints send the body back with any fault."""
        return self.param == field or re.search(_name(field), self.text) is not None

    def is_against(self, field: str) -> bool:
        """Say whether it is the field as such that is refused, not a value that is too large."""
        if self.param is not None and self.param.rpartition(".")[2] != field:
            return False
        if self.param is not None and self.code is not None and re.search(r"un(supported|known|recognized)|extra", self.code):
            return True
        places = [match.span() for match in re.finditer(_name(field), self.text)]
        return any(AGAINST.search(self.text[max(0, start - NEAR) : end + NEAR]) for start, end in places)

    @property
    def is_for_streams_only(self) -> bool:
        """Say whether the endpoint answers in streams alone; of a request that asked for none."""
        return self.param == "stream" or STREAM_ONLY.search(self.text) is not None


def read_refusal(text: str) -> Refusal:
    """Read the body of an error; OpenAI's envelope has the field and a code apart."""
    try:
        body = msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return Refusal(text=text)
    error = body.get("error", body) if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return Refusal(text=text)
    return Refusal(text=text, param=_text(error.get("param")), code=_text(error.get("code")))


def _name(field: str) -> str:
    first, *others = field.split("_")
    spelled = first + "".join(f"(?:_{word}|{word.capitalize()})" for word in others)  # Google and xAI say topK for top_k
    return rf"\b{spelled}\b(?!\\?[\"']\s*:\s*-?\d)"


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
