"""In what a stage differs from the one that was trained before under its number."""

from collections.abc import Iterator

from adapters.curriculum.record import Basis

WHAT = {
    "name": "its name",
    "data_digest": "its own data",
    "rows_digest": "the rows that it sees, with those of a replay",
    "base_digest": "its base",
    "init_adapter_digest": "the adapter that it begins with",
    "chat_template_digest": "its chat template",
}


def list_differences(before: Basis, now: Basis) -> Iterator[str]:
    """Say each in a few words."""
    for field, what in WHAT.items():
        was, is_now = getattr(before, field), getattr(now, field)
        if was != is_now and (field != "rows_digest" or before.data_digest == now.data_digest):
            yield f"{what} was {was or 'none'}, and is {is_now or 'none'}"
    for name in sorted({*before.settings, *now.settings}):
        was, is_now = before.settings.get(name), now.settings.get(name)
        if was != is_now:
            yield f"{name} was {was}, and is {is_now}"
