"""The envelope of every kind of failure."""

import logging

import pytest
from litestar.exceptions import ClientException, MethodNotAllowedException

from server.engine.errors import (
    AdapterNotReloaded,
    AdapterWithdrawn,
    EngineUnavailable,
    InvalidGeneration,
    LogitsNotFinite,
    QueueFull,
    RowFailed,
    UnknownAdapter,
)
from server.errors import (
    AdapterConflict,
    BodyTimedOut,
    BodyTooLarge,
    ClientDisconnected,
    InvalidApiKey,
    InvalidRequest,
    ModelNotFound,
    RequestTimedOut,
    VllmRefusal,
)
from server.http.failure import log_failure, to_failure


@pytest.mark.parametrize(
    ("exc", "status", "param", "code"),
    [
        (InvalidRequest("m", param="n"), 400, "n", None),
        (InvalidGeneration("m", param="messages", code="context_length_exceeded"), 400, "messages", "context_length_exceeded"),
        (InvalidApiKey("m"), 401, None, "invalid_api_key"),
        (ModelNotFound("x"), 404, "model", "model_not_found"),
        (ModelNotFound("x", param="lora[0].name"), 404, "lora[0].name", "model_not_found"),
        (UnknownAdapter("x"), 404, "model", "model_not_found"),
        (AdapterConflict("m", code="adapter_busy"), 409, None, "adapter_busy"),
        (AdapterWithdrawn("x"), 409, None, "adapter_withdrawn"),
        (VllmRefusal("m", status=404, type="NotFoundError"), 404, None, 404),
        (ClientDisconnected(), 400, None, None),
        (MethodNotAllowedException(headers={"allow": "OPTIONS, GET"}), 405, None, "method_not_allowed"),
        (BodyTimedOut("m"), 408, None, None),
        (BodyTooLarge("m"), 413, None, None),
        (QueueFull("m", retry_after_s=3), 429, None, "rate_limit_exceeded"),
        (EngineUnavailable("m"), 503, None, "engine_unavailable"),
        (RequestTimedOut("m"), 504, None, "request_timeout"),
        (RowFailed("secret"), 500, None, "internal_error"),
        (LogitsNotFinite(3, adapter="lek"), 500, None, "logits_not_finite"),
        (KeyError("secret"), 500, None, "internal_error"),
        (ClientException("m"), 400, None, None),
    ],
)
def test_every_failure_has_its_status_and_envelope(exc: Exception, status: int, param: str | None, code: str | int | None) -> None:
    failure = to_failure(exc)
    error = failure.body.error
    assert (failure.status, error.param, error.code) == (status, param, code)
    assert error.type
    assert error.message
    assert "secret" not in error.message


def test_headers_say_what_a_client_can_do() -> None:
    assert to_failure(QueueFull("m", retry_after_s=3)).headers == {"retry-after": "3"}
    assert to_failure(InvalidApiKey("m")).headers == {"www-authenticate": "Bearer"}
    assert to_failure(MethodNotAllowedException(headers={"allow": "OPTIONS, GET"})).headers == {"allow": "GET, OPTIONS"}
    assert to_failure(BodyTimedOut("m")).headers == {"connection": "close"}
    assert to_failure(LogitsNotFinite(3)).headers == {"x-should-retry": "false"}


def test_a_failure_of_ours_is_logged_with_its_cause(caplog: pytest.LogCaptureFixture) -> None:
    exc = RowFailed("the cause")
    log_failure(exc, to_failure(exc), request_id="7")
    (record,) = caplog.records
    assert (record.levelname, record.getMessage()) == ("ERROR", "req_7: answered 500")
    assert record.exc_info is not None


@pytest.mark.parametrize(
    ("exc", "line"),
    [
        (
            InvalidRequest("'my secret' is no role", param="messages[0].role"),
            "req_7: answered 400 invalid_request_error at messages[0].role",
        ),
        (InvalidRequest("Unknown field: my secret", param="my secret"), "req_7: answered 400 invalid_request_error"),
        (InvalidRequest("no", param="forged\nline"), "req_7: answered 400 invalid_request_error"),
        (ModelNotFound("my secret"), "req_7: answered 404 model_not_found at model"),
        (QueueFull("full", retry_after_s=1), "req_7: answered 429 rate_limit_exceeded"),
    ],
)
def test_what_a_client_sent_is_not_logged(exc: Exception, line: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    log_failure(exc, to_failure(exc), request_id="7")
    assert [record.getMessage() for record in caplog.records] == [line]


def test_what_a_client_sent_is_not_quoted_at_any_length() -> None:
    error = to_failure(InvalidRequest("Unknown field: " + "k" * 100_000, param="k" * 100_000)).body.error
    assert len(error.message) <= 1_000
    assert error.message.endswith("k…")
    assert error.param is not None
    assert len(error.param) <= 200


@pytest.mark.parametrize(
    ("exc", "type"), [(AdapterWithdrawn("x"), "server_error"), (AdapterConflict("m", code="c"), "invalid_request_error")]
)
def test_an_adapter_that_is_taken_away_is_no_fault_of_the_request(exc: Exception, type: str) -> None:
    assert to_failure(exc).body.error.type == type


def test_clients_do_not_ask_again_for_what_somebody_has_to_load_anew() -> None:
    failure = to_failure(AdapterNotReloaded("m", code="adapter_changed"))
    assert (failure.status, failure.body.error.code) == (409, "adapter_changed")
    assert failure.headers == {"x-should-retry": "false"}
