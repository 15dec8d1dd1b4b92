"""Settings from a file, the environment and flags."""

from pathlib import Path

import pytest

from scoring.scorers import scorer_names
from server.engine.sampling_defaults import SamplingDefaults
from server.settings.command_line import read_settings
from server.settings.settings import Settings
from server.settings.sources import LATER_OPTIONS, OPTIONS, SettingsError, merge_settings
from server.settings.values import AdapterSource, Secret


def test_nothing_given_gives_the_defaults() -> None:
    settings = read_settings([], {"HOME": "/home/ada"})
    assert settings == Settings()
    assert (settings.model, settings.host, settings.port) == ("demo", "127.0.0.1", 8000)
    assert (settings.max_batch_size, settings.max_queue, settings.max_completion_tokens) == (32, 256, 4096)
    assert (settings.request_timeout_s, settings.scorer, settings.max_body_bytes) == (600, "lek-v1", 8 << 20)
    assert settings.scorer == scorer_names()[0]
    assert settings.on_degeneration == "observe"


def test_flags_win_over_environment_over_file(tmp_path: Path) -> None:
    file = tmp_path / "candor.toml"
    file.write_text('port = 1\nhost = "a"\nmodel = "file"\nadapter = ["x=/x"]\nrequest-timeout-s = 5\n')
    environment = {"CANDOR_PORT": "2", "CANDOR_HOST": "b"}
    settings = read_settings(["--config", str(file), "--port", "3"], environment)
    assert (settings.port, settings.host, settings.model, settings.request_timeout_s) == (3, "b", "file", 5.0)
    assert settings.adapters == (AdapterSource(name="x", path="/x"),)


def test_how_to_draw_may_be_set(tmp_path: Path) -> None:
    file = tmp_path / "candor.toml"
    file.write_text('generation-config = "none"\ndefault-top-k = 64\ndefault-min-p = 0.1\n')
    settings = read_settings(
        ["--config", str(file), "--default-top-k", "-1", "--default-temperature", "0"], {"CANDOR_DEFAULT_TOP_P": "0.9"}
    )
    assert settings.generation_config == "none"
    assert settings.sampling_defaults == SamplingDefaults(temperature=0, top_p=0.9, top_k=-1, min_p=0.1)
    assert Settings().sampling_defaults == SamplingDefaults()


def test_the_config_file_may_be_named_in_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "candor.toml"
    file.write_text("port = 1\n")
    assert read_settings([], {"CANDOR_CONFIG": str(file)}).port == 1


def test_repeated_flags_and_comma_lists_make_tuples() -> None:
    flags = read_settings(["--adapter", "a=/a", "--adapter", "b=/b=c", "--api-key", "k1", "--api-key", "k2"], {})
    environment = read_settings([], {"CANDOR_ADAPTER": "a=/a,b=/b=c", "CANDOR_API_KEY": "k1,k2"})
    assert flags == environment
    assert flags.adapters == (AdapterSource(name="a", path="/a"), AdapterSource(name="b", path="/b=c"))
    assert flags.api_keys == (Secret("k1"), Secret("k2"))


@pytest.mark.parametrize("name", LATER_OPTIONS)
def test_an_option_of_a_later_version_is_refused_by_name(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "candor.toml"
    file.write_text(f'{name} = "1"\n')
    variable = "CANDOR_" + name.upper().replace("-", "_")
    for argv, environment, origin in (
        ([f"--{name}"], {}, f"--{name}"),
        ([f"--{name}", "1"], {}, f"--{name}"),
        ([], {variable: "1"}, variable),
        (["--config", str(file)], {}, name),
    ):
        with pytest.raises(SystemExit) as ended:
            read_settings(argv, environment)
        assert ended.value.code == 2
        message = capsys.readouterr().err
        assert origin in message
        assert "not available yet" in message


@pytest.mark.parametrize(
    ("flags", "environment", "expected"),
    [
        ({"port": "99999"}, {}, "--port: Expected `int` <= 65535, from '99999'"),
        ({"port": "x"}, {}, "--port: Expected `int`"),
        ({}, {"CANDOR_MAX_QUEUE": "0"}, "CANDOR_MAX_QUEUE: Expected `int` >= 1"),
        ({"scorer": "lek-v0"}, {}, "--scorer: there is no scorer 'lek-v0'; expected one of lek-v1"),
        ({}, {"CANDOR_ON_DEGENERATION": "halt"}, "CANDOR_ON_DEGENERATION: Invalid enum value 'halt'"),
        ({"request_timeout_s": "nan"}, {}, "--request-timeout-s: Expected `float` > 0"),
        ({"adapter": ["nameless"]}, {}, "--adapter: expected NAME=PATH, got 'nameless'"),
        ({"adapter": ["a=/x", "a=/y"]}, {}, "the name 'a' is given twice"),
        ({"model-name": "other"}, {}, "the name 'other' is reserved"),
        ({"adapter": ["none=/x"]}, {}, "the name 'none' is reserved"),
        ({"adapter": ["a//b=/x"]}, {}, "the name 'a//b' cannot stand in a URL"),
        ({"adapter_dir": ["/does/not/exist"]}, {}, "--adapter-dir: expected a folder, there is none at /does/not/exist"),
        ({"adapter_dir": ["~nobody-at-all"]}, {}, "--adapter-dir: '~nobody-at-all' names a home folder that is not there"),
        ({"chat_template": "/does/not/exist"}, {}, "--chat-template: expected a file, there is none at /does/not/exist"),
        ({"chat_template": "/"}, {}, "--chat-template: expected a file, there is none at /"),
        ({"max_adapters": "0"}, {}, "--max-adapters: Expected `int` >= 1"),
        ({"max_adapter_rank": "many"}, {}, "--max-adapter-rank: Expected `int`"),
        ({"memory_bytes": "0"}, {}, "--memory-bytes: Expected `int` >= 1"),
        ({"generation_config": "auto"}, {}, "--generation-config: Invalid enum value 'auto'"),
        ({"default_temperature": "3"}, {}, "--default-temperature: Expected `float` <= 2"),
        ({"default_temperature": "nan"}, {}, "--default-temperature: Expected `float`"),
        ({"default_top_p": "-0.5"}, {}, "--default-top-p: Expected `float` >= 0"),
        ({"default_top_k": "-2"}, {}, "--default-top-k: Expected `int` >= -1"),
        ({"default_top_k": "many"}, {}, "--default-top-k: Expected `int"),
        ({"default_min_p": "1.5"}, {}, "--default-min-p: Expected `float` <= 1"),
        ({"memory_bytes": "8GB"}, {}, "--memory-bytes: expected a number of bytes, such as 1073741824, 512M, 8G or 1.5GiB, got '8GB'"),
        ({"prefix_cache_bytes": "-1"}, {}, "--prefix-cache-bytes: expected a number of bytes"),
        ({"max_body_bytes": "1.5"}, {}, "--max-body-bytes: expected a number of bytes"),
        ({"memory_bytes": "2048T"}, {}, "--memory-bytes: Expected `int` <= 1125899906842624"),
        ({}, {"CANDOR_EVICT_ADAPTERS": "perhaps"}, "CANDOR_EVICT_ADAPTERS: Expected `bool`"),
        ({}, {"CANDOR_ADMIN_KEY": ""}, "CANDOR_ADMIN_KEY is set but empty"),
        ({"admin_key": "two words"}, {}, "--admin-key: a key must be printable ASCII"),
        ({}, {"CANDOR_NOPE": "1"}, "CANDOR_NOPE is not a setting"),
        ({}, {"CANDOR_API_KEY": ""}, "CANDOR_API_KEY is set but empty"),
        ({"config": "/does/not/exist.toml"}, {}, "/does/not/exist.toml: cannot be read"),
    ],
)
def test_a_wrong_setting_is_named_with_its_origin(flags: dict[str, object], environment: dict[str, str], expected: str) -> None:
    with pytest.raises(SettingsError) as raised:
        merge_settings(flags, environment)
    assert expected in str(raised.value)


def test_all_faults_are_reported_at_once() -> None:
    with pytest.raises(SettingsError) as raised:
        merge_settings({"port": "x", "scorer": "y"}, {"CANDOR_NOPE": "1"})
    assert len(raised.value.faults) == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nope = 1", "nope in"),
        ("port = [", "is not valid TOML"),
        ("api-key = 5", "api-key in"),
        ("admin-key = 5", "admin-key in"),
        ("scorer = 5", "scorer in"),
        ("adapter = [5]", "adapter in .*list of texts"),
        ("memory-bytes = 1.5", "memory-bytes in"),
        ("memory-bytes = true", "memory-bytes in"),
    ],
)
def test_a_wrong_file_is_named(text: str, expected: str, tmp_path: Path) -> None:
    file = tmp_path / "candor.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=expected):
        merge_settings({"config": str(file)}, {})


def test_an_unknown_flag_ends_with_2() -> None:
    with pytest.raises(SystemExit) as ended:
        read_settings(["--nope"], {})
    assert ended.value.code == 2


def test_help_tells_of_every_setting_what_it_does_and_what_holds_without_it() -> None:
    described = {option.name: option.describe() for option in OPTIONS}
    assert described["port"] == "port to listen on; 0 takes a free one (default: 8000)"
    assert described["request-timeout-s"].endswith("(default: 600)")
    assert described["api-key"] == "a key that clients must send; repeatable (default: open)"
    assert described["adapter"].endswith("; repeatable")
    assert described["board-text"].endswith("(default: their scores and flags only)")
    assert len(described) == len(Settings.__struct_fields__)


def test_help_ends_with_0_and_hides_what_is_not_there_yet(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        read_settings(["--help"], {})
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert "--max-completion-tokens" in text
    assert "--no-evict-adapters" in text
    assert "--log-prompts" not in text


def test_adapter_settings_come_from_flags_environment_and_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    file = tmp_path / "candor.toml"
    file.write_text('adapter-dir = ["a", "b"]\nmax-adapters = 2\nmax-adapter-rank = 8\nevict-adapters = true\nadmin-key = "k"\n')
    environment = {
        "CANDOR_ADAPTER_DIR": "a,b",
        "CANDOR_MAX_ADAPTERS": "2",
        "CANDOR_MAX_ADAPTER_RANK": "8",
        "CANDOR_EVICT_ADAPTERS": "true",
        "CANDOR_ADMIN_KEY": "k",
    }
    flags = ["--adapter-dir", "a", "--adapter-dir", "b", "--max-adapters", "2", "--max-adapter-rank", "8", "--evict-adapters"]
    expected = Settings(
        adapter_dirs=(str(tmp_path / "a"), str(tmp_path / "b")),
        max_adapters=2,
        max_adapter_rank=8,
        evict_adapters=True,
        admin_key=Secret("k"),
    )
    assert read_settings(["--config", str(file)], {}) == expected
    assert read_settings([], environment) == expected
    assert read_settings([*flags, "--admin-key", "k"], {}) == expected
    assert not read_settings(["--config", str(file), "--no-evict-adapters"], {}).evict_adapters
    assert not read_settings(["--config", str(file)], {"CANDOR_EVICT_ADAPTERS": "false"}).evict_adapters


@pytest.mark.parametrize("name", scorer_names())
def test_every_scorer_can_be_the_servers_own(name: str) -> None:
    assert read_settings(["--scorer", name], {}).scorer == name


def test_what_is_done_at_a_hard_flag_comes_from_flags_environment_and_file(tmp_path: Path) -> None:
    file = tmp_path / "candor.toml"
    file.write_text('on-degeneration = "stop"\n')
    for settings in (
        read_settings(["--on-degeneration", "stop"], {}),
        read_settings([], {"CANDOR_ON_DEGENERATION": "stop"}),
        read_settings(["--config", str(file)], {}),
    ):
        assert settings == Settings(on_degeneration="stop")


def test_the_boards_text_comes_from_flags_environment_and_file(tmp_path: Path) -> None:
    file = tmp_path / "candor.toml"
    file.write_text("board-text = true\n")
    for settings in (
        read_settings(["--board-text"], {}),
        read_settings([], {"CANDOR_BOARD_TEXT": "true"}),
        read_settings(["--config", str(file)], {}),
    ):
        assert settings == Settings(board_text=True)
    assert read_settings(["--config", str(file), "--no-board-text"], {}) == Settings()
