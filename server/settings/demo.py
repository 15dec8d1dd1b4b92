"""What `--model demo` stands for: the shipped model and its two adapters."""

from pathlib import Path

import msgspec

from server.settings.settings import Settings
from server.settings.values import AdapterSource

DEMO = "demo"
DEMO_NAME = "gemma-3-demo"
DEMO_ADAPTERS = ("lek-demo", "overcooked-demo")
_CHECKOUT = Path(__file__).resolve().parents[2]


def resolve_demo(settings: Settings) -> Settings:
    """Replace `demo` by its folder, name and adapters; an adapter given by the same name takes the shipped one's place."""
    if settings.model != DEMO:
        return settings
    given = {adapter.name for adapter in settings.adapters}
    shipped = (AdapterSource(name=name, path=str(_CHECKOUT / "adapters" / "demo" / name)) for name in DEMO_ADAPTERS if name not in given)
    return msgspec.structs.replace(
        settings,
        model=str(_CHECKOUT / "server" / "demo" / "model"),
        model_name=settings.model_name or DEMO_NAME,
        adapters=(*shipped, *settings.adapters),
    )
