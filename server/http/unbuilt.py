"""OpenAI's routes that candor does not have: known by name, so that they are refused as such.

At a 404 some proxies, such as litellm's, take the deployment for gone and send it nothing for a while.
"""

from collections.abc import Iterable

from server.errors import ApiError, RouteNotBuilt, RouteNotFound

# What stands behind `/v1/`; whatever follows it belongs to it. Once one of them is built, it goes from here.
UNBUILT = frozenset(
    {
        "agents",
        "assistants",
        "audio",
        "batches",
        "chatkit",
        "containers",
        "content_provenance_checks",
        "conversations",
        "decisions",
        "embeddings",
        "evals",
        "files",
        "fine_tuning",
        "images",
        "live",
        "moderations",
        "organization",
        "projects",
        "realtime",
        "safety",
        "skills",
        "threads",
        "uploads",
        "vaults",
        "vector_stores",
        "videos",
        "webhook_endpoints",
        "webhook_event_types",
    }
)
# What stands below these is OpenAI's too, where candor has only the route itself.
UNBUILT_BELOW = frozenset({"responses"})


def explain_missing(method: str, path: str, built: Iterable[str]) -> ApiError:
    """Say why nothing is served at a path: OpenAI's route without candor's, or nobody's. `built` are the paths that there are."""
    if not _is_unbuilt(path):
        return RouteNotFound(f"Unknown route: {method} {path}.")
    offered = ", ".join(sorted(other for other in built if other.startswith("/v1/") and "{" not in other))
    text = f"{path} is not implemented: candor serves text generation with Gemma 3, and has {offered}. GET /schema describes them."
    return RouteNotBuilt(text)


def _is_unbuilt(path: str) -> bool:
    match [part for part in path.split("/") if part]:
        case ["v1", first, *_]:
            return first in UNBUILT or first in UNBUILT_BELOW
        case _:
            return False
