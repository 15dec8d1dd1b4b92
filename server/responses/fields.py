"""What becomes of the fields of a request for a response that change nothing here, and of those that candor does not have.

Values are given as JSON: in Python False == 0 and True == 1. Null asks for nothing in all of them.
"""

from collections.abc import Iterator

import msgspec

from server.http.faults import Fault

# Accepted, with the values that ask for nothing; any other is named in the reply's header.
ACCEPTED = {
    "include": ("[]",),
    "max_tool_calls": (),
    "parallel_tool_calls": ("true", "false"),  # without tools neither asks for anything
    "prompt_cache_key": (),
    "prompt_cache_options": ("{}",),
    "prompt_cache_retention": (),
    "reasoning.context": ('"auto"',),
    "reasoning.effort": ('"none"',),
    "reasoning.generate_summary": (),
    "reasoning.mode": ('"standard"',),
    "reasoning.summary": (),
    "safety_identifier": (),
    "service_tier": ('"auto"', '"default"'),
    "stream_options.include_obfuscation": ("false",),
    "text.verbosity": ('"medium"',),
    "truncation": ('"disabled"',),
    "user": (),
}
ACCEPTED_IN_ITEM = {"id": (), "phase": (), "status": ('"completed"',)}
ACCEPTED_IN_PART = {"annotations": ("[]",), "logprobs": ("[]",), "prompt_cache_breakpoint": ()}

_STATELESS = "candor keeps no responses: send the whole conversation in 'input'"

# Refused, with the values that pass, and what to do instead.
REFUSED: dict[str, tuple[tuple[str, ...], str]] = {
    "access_programs": ((), "leave it out"),
    "background": (("false",), "leave it out, and stream what takes long"),
    "background_options": ((), "leave it out"),
    "context_management": (("[]",), "leave it out, and shorten the conversation in 'input'"),
    "conversation": ((), _STATELESS),
    "image": ((), "leave it out"),
    "moderation": ((), "leave it out"),
    "previous_response_id": ((), _STATELESS),
    "prompt": ((), "candor keeps no prompts: send the text in 'instructions' and 'input'"),
    "store": (("false",), "candor keeps no responses: leave it out, which here means false"),
    "text.format": (('{"type":"text"}',), "leave it out"),
    "tool_choice": (('"auto"', '"none"'), "leave it out"),
    "tools": (("[]",), "leave it out"),
    "top_logprobs": (("0",), "leave it out"),
}


def find_refused(request: msgspec.Struct) -> Iterator[Fault]:
    """Find fields that ask for what candor does not have."""
    for path, (passing, advice) in REFUSED.items():
        if _asks(request, path, passing):
            accepted = " or ".join(("null", *passing))
            yield Fault(param=path, message=f"'{path}' is not supported: {advice} (only {accepted} is accepted).")


def name_accepted(struct: msgspec.Struct, accepted: dict[str, tuple[str, ...]], prefix: str = "") -> Iterator[str]:
    """Name the fields of a struct that are taken without changing anything, by their place."""
    return (prefix + path for path, neutral in accepted.items() if _asks(struct, path, neutral))


def _asks(struct: msgspec.Struct, path: str, neutral: tuple[str, ...]) -> bool:
    value: object = struct
    for name in path.split("."):
        value = getattr(value, name)
        if value is None:
            return False
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return msgspec.json.encode(value).decode() not in neutral
