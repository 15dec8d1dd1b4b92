"""The address of an endpoint."""

import pytest

from clients.asking.endpoint import is_loopback, read_api_root


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/v1"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000/v1"),
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1"),
        ("http://127.0.0.1:8000/v1/", "http://127.0.0.1:8000/v1"),
        (" https://host/proxy/ ", "https://host/proxy/v1"),
        ("https://host/proxy/v1//", "https://host/proxy/v1"),
        ("http://[::1]:8000", "http://[::1]:8000/v1"),
    ],
)
def test_api_root_ends_in_v1(url: str, root: str) -> None:
    assert read_api_root(url) == root


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("127.0.0.1:8000", "a URL such as"),
        ("localhost:8000", "a URL such as"),
        ("ftp://host", "a URL such as"),
        ("http://", "a URL such as"),
        ("http://me:secret@host", "--api-key"),
        ("http://host/v1?key=1", "without"),
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
