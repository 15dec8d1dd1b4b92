"""Quotas that are spent, and limits that pass."""

from typing import Any

import pytest

from clients.asking.spent_quota import is_quota_spent

GOOGLE = "You exceeded your current quota, please check your plan and billing details."


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (402, "pay"),
        (429, {"message": "You are over it.", "type": "insufficient_quota", "code": "insufficient_quota"}),
        (429, {"message": "Over.", "code": "billing_hard_limit_reached"}),
        (429, {"message": "Rate limit reached on requests per day (RPD): Limit 200, Used 200. Please try again in 7m12s."}),
        (429, {"message": "Rate limit exceeded: free-models-per-day"}),
        (429, "Daily limit reached"),
        (429, {"code": 429, "message": GOOGLE, "details": [{"violations": [{"quotaId": "GenerateRequestsPerDayPerProject-FreeTier"}]}]}),
        (429, {"message": GOOGLE}),
        (400, {"message": "Your credit balance is too low to access the API."}),
        (403, {"message": "Insufficient account balance"}),
        (None, {"message": "Insufficient credits"}),
    ],
)
def test_spent_quota_is_known(status: int | None, error: Any) -> None:
    assert is_quota_spent(status, error)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (429, "busy"),
        (429, {"message": "Too many requests: 20 per minute, 1000 per day"}),
        (429, {"message": "Limit reached on tokens per minute (TPM): 6000. Try again in 4s. Upgrade at https://h/settings/billing"}),
        (429, {"code": 429, "message": GOOGLE, "details": [{"violations": [{"quotaId": "GenerateRequestsPerMinutePerProject-FreeTier"}]}]}),
        (400, {"message": "the prompt is too long: What do you do every day?"}),
        (500, {"message": "oops"}),
    ],
)
def test_limit_that_passes_is_none(status: int, error: Any) -> None:
    assert not is_quota_spent(status, error)
