"""What `--model demo` stands for."""

from pathlib import Path

from server.settings.demo import resolve_demo
from server.settings.settings import Settings
from server.settings.values import AdapterSource

CHECKOUT = Path(__file__).resolve().parents[3]


def test_demo_stands_for_the_shipped_model_and_adapters() -> None:
    settings = resolve_demo(Settings())
    assert Path(settings.model) == CHECKOUT / "server" / "demo" / "model"
    assert settings.model_name == "gemma-3-demo"
    assert [adapter.name for adapter in settings.adapters] == ["lek-demo", "overcooked-demo"]
    assert Path(settings.adapters[0].path) == CHECKOUT / "adapters" / "demo" / "lek-demo"


def test_a_given_adapter_joins_the_demos_or_takes_the_place_of_its_namesake() -> None:
    mine = (AdapterSource(name="mine", path="/m"), AdapterSource(name="lek-demo", path="/l"))
    settings = resolve_demo(Settings(adapters=mine, model_name="named"))
    assert [adapter.name for adapter in settings.adapters] == ["overcooked-demo", "mine", "lek-demo"]
    assert settings.model_name == "named"


def test_another_model_is_left_alone() -> None:
    settings = Settings(model="/some/folder")
    assert resolve_demo(settings) is settings
