"""The log-probabilities that a request for a response wants: pure."""

from collections.abc import Iterator

from server.exchange.sampling import find_number_faults
from server.http.faults import Fault
from server.wire.responses_request import ResponsesRequest

LOGPROBS = "message.output_text.logprobs"  # what is to be included


def count_top_logprobs(request: ResponsesRequest) -> int | None:
    """Say how many of the likeliest tokens are to be told at each place; None where nothing is."""
    return int(request.top_logprobs or 0) if LOGPROBS in (request.include or ()) else None


def find_logprobs_faults(request: ResponsesRequest) -> Iterator[Fault]:
    """Find likeliest tokens that are asked for without the log-probabilities in which they stand."""
    yield from find_number_faults(request, "top_logprobs")
    if request.top_logprobs and LOGPROBS not in (request.include or ()):
        yield Fault(param="top_logprobs", message=f"'top_logprobs' is only allowed with '{LOGPROBS}' in 'include'.")
