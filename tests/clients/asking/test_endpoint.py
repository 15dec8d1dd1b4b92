"""The address of an endpoint."""

import pytest

from clients.asking.endpoint import is_loopback, is_same_server, other_form, plain_url, read_api_root, route_url, split_query


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/v1"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000/v1"),
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1"),
        ("http://127.0.0.1:8000/v1/", "http://127.0.0.1:8000/v1"),
        ("http://[::1]:8000", "http://[::1]:8000/v1"),
        ("http://host/v1/chat/completions", "http://host/v1"),
        ("http://host/chat/completions/", "http://host"),
        ("http://host/v1/models", "http://host/v1"),
        (" https://host/proxy/ ", "https://host/proxy"),
        ("https://host/proxy/v1//", "https://host/proxy/v1"),
        ("https://host/v1beta/openai/", "https://host/v1beta/openai"),
        ("https://host/api/paas/v4/chat/completions", "https://host/api/paas/v4"),
        ("https://host/inference/models", "https://host/inference/models"),
        ("https://h/openai/deployments/d?api-version=2024-10-21", "https://h/openai/deployments/d?api-version=2024-10-21"),
        ("https://h/openai/deployments/d/chat/completions?api-version=1", "https://h/openai/deployments/d?api-version=1"),
        ("https://h?api-version=1", "https://h/v1?api-version=1"),
    ],
)
def test_api_root_is_what_stands_before_the_route(url: str, root: str) -> None:
    assert read_api_root(url) == root
    assert read_api_root(plain_url(root)) == root
    assert read_api_root(route_url(root)) == root


def test_other_form_has_v1_or_has_it_not() -> None:
    assert other_form("http://h/v1") == "http://h"
    assert other_form("http://h") == "http://h/v1"
    assert other_form("http://h/a/b?c=d") == "http://h/a/b/v1?c=d"


def test_query_goes_apart() -> None:
    assert split_query("http://h/a?b=c&d=") == ("http://h/a", {"b": "c", "d": ""})


def test_server_is_known_by_scheme_host_and_port() -> None:
    assert is_same_server("https://h/a", "https://h:443/b?c")
    assert not any(is_same_server("https://h/", other) for other in ("http://h/", "https://h:8443/", "https://h.evil/"))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("127.0.0.1:8000", "a URL such as"),
        ("localhost:8000", "a URL such as"),
        ("ftp://host", "a URL such as"),
        ("http://", "a URL such as"),
        ("http://me:secret@host", "--api-key"),
        ("http://host/v1?key=secret", "without a key"),
        ("http://host/v1?api-version=1&subscription-key=secret", "without a key"),
        ("http://host/v1#top", "without #"),
        ("http://host:99999", "a port"),
    ],
)
def test_api_root_refuses_what_is_no_endpoint(url: str, expected: str) -> None:
    with pytest.raises(ValueError, match=expected) as caught:
        read_api_root(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("root", "expected"),
    [("http://localhost:1/v1", True), ("http://127.0.0.9/v1", True), ("http://[::1]/v1", True), ("https://10.0.0.1/v1", False)],
)
def test_is_loopback_tells_the_own_machine(root: str, expected: bool) -> None:
    assert is_loopback(root) is expected
