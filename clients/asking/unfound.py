"""An address that is not found: whether the model or the route is at fault, and what to say of it."""

import re

from clients.asking.channel import Channel, Way
from clients.asking.completion import Completion
from clients.asking.endpoint import route_url
from clients.asking.failure import Failure
from clients.one_line import one_line

UNFOUND_STATUSES = (404, 405)
ABOUT_MODEL = re.compile(r"\b(?:models?|deployments?|engine)\b|model_not_found", re.IGNORECASE)
MAX_LISTED = 8


def is_unfound(ended: Completion | Failure) -> bool:
    """Say whether nothing was there to ask."""
    return isinstance(ended, Failure) and ended.status in UNFOUND_STATUSES


def is_about_model(failure: Failure) -> bool:
    """Say whether the words are about the model: then the route is right."""
    return ABOUT_MODEL.search(failure.body) is not None


def is_another_api(ended: Completion | Failure) -> bool:
    """Say whether the other form of an address is what was meant: it answers, or finds a fault with more than the address."""
    if isinstance(ended, Completion):
        return True
    if is_unfound(ended):
        return is_about_model(ended)
    return ended.status is not None and ended.status < 500 and ended.body.lstrip().startswith("{")


def explain_unfound(channel: Channel, model: str, failure: Failure, tried: Way | None) -> str:
    """Name what was asked and the likely cause."""
    urls = " and ".join(route_url(root) for root in (channel.root, *([tried.root] if tried else [])))
    return f"the endpoint does not know the model or the route: {failure.error}; asked was {urls}; {_cause(channel, model, failure)}"


def _cause(channel: Channel, model: str, failure: Failure) -> str:
    names = [one_line(listed.id) for listed in channel.listed]
    if names and model not in names:
        more = f" and {len(names) - MAX_LISTED} more" if len(names) > MAX_LISTED else ""
        return f"likely it is the model: it lists {', '.join(names[:MAX_LISTED])}{more}"
    if is_about_model(failure):
        return "likely it is the model, misspelt or not served there"
    return "likely it is the URL: --url takes what its documentation has before /chat/completions"
