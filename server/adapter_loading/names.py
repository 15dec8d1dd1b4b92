"""Which names an adapter may have: they stand in URLs, in metric labels and in `model`."""

NO_ADAPTER = "none"  # what metadata and metrics say of an answer by the base
NO_MODEL = "other"  # what the metrics say of a model that nobody serves
SEVERAL_ADAPTERS = "several"  # what the metrics say of adapters that answer together: their combinations would be labels without end
RESERVED_NAMES = (NO_ADAPTER, NO_MODEL, SEVERAL_ADAPTERS)
MAX_NAME_LENGTH = 128


def find_name_fault(name: str) -> str | None:
    """Say what is wrong with a name and what is expected; None where nothing is."""
    if not name or len(name) > MAX_NAME_LENGTH:
        return f"expected a name of 1 to {MAX_NAME_LENGTH} characters, got {len(name)}"
    if not name.isprintable() or name != name.strip():
        return f"the name {name!r} holds characters that do not print, or a space at an end: choose another"
    if any(part in ("", ".", "..") for part in name.split("/")):
        # Clients and proxies shorten such paths, and no URL would reach the adapter.
        return f"the name {name!r} cannot stand in a URL: no part between slashes may be empty, '.' or '..'"
    if "," in name:
        return f"the name {name!r} holds a comma, which stands between the names of adapters that answer together: choose another"
    if name in RESERVED_NAMES:
        return f"the name {name!r} is reserved: choose another"
    return None
