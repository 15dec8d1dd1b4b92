"""Settings whose text stands for something else."""

from pathlib import Path

import pytest
from rich.pretty import pretty_repr

from server.settings.command_line import read_settings
from server.settings.settings import Settings
from server.settings.sources import SettingsError, merge_settings
from server.settings.values import AdapterSource, Secret


@pytest.mark.parametrize(
    ("text", "num_bytes"),
    [("1024", 1024), ("0", 0), ("512M", 512 << 20), ("8g", 8 << 30), ("1.5GiB", 3 << 29), ("2 KiB", 2048), (" 1T ", 1 << 40)],
)
def test_a_size_is_a_number_of_bytes_or_has_a_binary_unit(text: str, num_bytes: int, tmp_path: Path) -> None:
    file = tmp_path / "candor.toml"
    file.write_text(f'prefix-cache-bytes = "{text}"\n')
    for settings in (
        read_settings(["--prefix-cache-bytes", text], {}),
        read_settings([], {"CANDOR_PREFIX_CACHE_BYTES": text}),
        read_settings(["--config", str(file)], {}),
    ):
        assert settings == Settings(prefix_cache_bytes=num_bytes)


def test_sizes_may_be_numbers_in_a_file_and_the_engine_is_told_them(tmp_path: Path) -> None:
    file = tmp_path / "candor.toml"
    file.write_text('memory-bytes = 4096\nmax-body-bytes = "1M"\n')
    settings = read_settings(["--config", str(file), "--prefix-cache-bytes", "0"], {})
    assert settings.max_body_bytes == 1 << 20
    assert (settings.limits.memory_bytes, settings.limits.prefix_cache_bytes) == (4096, 0)
    assert (Settings().limits.memory_bytes, Settings().limits.prefix_cache_bytes) == (None, None)


@pytest.mark.parametrize("text", ["*", "https://chat.example.org", "http://localhost:3000", "http://[::1]:8080", "app://obsidian.md"])
def test_an_origin_is_taken_as_browsers_send_it(text: str) -> None:
    assert read_settings(["--cors-origin", text, "--cors-origin", "http://b"], {}).cors_origins == (text, "http://b")
    assert read_settings([], {"CANDOR_CORS_ORIGIN": f"{text},http://b"}).cors_origins == (text, "http://b")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "localhost:3000",
        "http://localhost:3000/",
        "HTTPS://Example.org",
        "https://*.example.org",
        "https://a.org:443",
        "http://a.org:80",
        "null",
    ],
)
def test_an_origin_that_no_browser_sends_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"--cors-origin: expected \* or an origin as browsers send it"):
        merge_settings({"cors_origin": [text]}, {})


def test_a_bad_key_is_not_shown() -> None:
    with pytest.raises(SettingsError) as raised:
        merge_settings({"api_key": ["hunter 2"]}, {})
    assert "hunter" not in str(raised.value)


def test_secrets_do_not_show() -> None:
    settings = Settings(api_keys=(Secret("hunter2"),))
    for text in (repr(settings), str(settings), f"{settings.api_keys[0]}", pretty_repr(settings)):
        assert "hunter2" not in text


def test_a_chat_template_is_a_file_that_is_there(tmp_path: Path) -> None:
    file = tmp_path / "mine.jinja"
    file.write_text("")
    config = tmp_path / "candor.toml"
    config.write_text(f'chat-template = "{file}"\n')
    for settings in (
        read_settings(["--chat-template", str(file)], {}),
        read_settings([], {"CANDOR_CHAT_TEMPLATE": str(file)}),
        read_settings(["--config", str(config)], {}),
    ):
        assert settings.chat_template == str(file)


def test_a_home_folder_is_spelt_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = read_settings(["--adapter", "a=~/x", "--adapter-dir", "~"], {})
    assert settings.adapters == (AdapterSource(name="a", path=str(tmp_path / "x")),)
    assert settings.adapter_dirs == (str(tmp_path),)
