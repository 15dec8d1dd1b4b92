"""The ids by which a call and its result find each other."""

import secrets
import string

_NUM_CHARACTERS = 24
_ALPHABET = string.ascii_letters + string.digits


def draw_call_id() -> str:
    """Draw an id as OpenAI's look."""
    return "call_" + "".join(secrets.choice(_ALPHABET) for _ in range(_NUM_CHARACTERS))
