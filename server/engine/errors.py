"""What can go wrong in an engine.

EngineError
├── InvalidGeneration    the request is at fault: names the field (400)
├── UnknownAdapter       no such adapter (404)
├── AdapterNotReloaded   it had made way for others, and cannot be loaded again: names what to do (409)
├── AdapterWithdrawn     the adapter was unloaded by force while it answered (409)
├── QueueFull            too many rows wait (429)
├── EngineUnavailable    starting, draining or dead (503)
└── RowFailed            this row raised; the others go on (500)
    └── LogitsNotFinite  there was nothing to draw its next token from
"""


class EngineError(Exception):
    """Anything an engine raises through `generate`. What keeps it from starting is a ModelLoadError (adapters/base/errors.py)."""


class InvalidGeneration(EngineError):
    """The request cannot be served as it stands; `param` is the request's field at fault."""

    def __init__(self, message: str, *, param: str, code: str | None = None) -> None:
        super().__init__(message)
        self.param = param
        self.code = code  # OpenAI's, such as context_length_exceeded


class UnknownAdapter(EngineError):
    """No adapter of this name is loaded."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no adapter named {name!r} is loaded")
        self.name = name


class AdapterNotReloaded(EngineError):
    """The adapter was evicted, and cannot be loaded again as it was."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code  # candor's, such as adapter_changed


class AdapterWithdrawn(EngineError):
    """The adapter of this request was unloaded by force."""

    def __init__(self, name: str) -> None:
        super().__init__(f"adapter {name!r} was unloaded while it answered this request")
        self.name = name


class QueueFull(EngineError):
    """As many requests wait as are allowed to."""

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class EngineUnavailable(EngineError):
    """The engine takes nothing now: starting, draining, or its thread has died."""


class RowFailed(EngineError):
    """One row raised inside the engine; the cause is chained."""


class LogitsNotFinite(RowFailed):
    """One row's logits have overflown or are no numbers: no token can be drawn from them, and a retry comes to the same."""

    def __init__(self, num_tokens: int, *, adapter: str | None = None) -> None:
        whose = f"those of adapter {adapter!r} at the scale asked for" if adapter else "the base model's"
        advice = "ask for a smaller scale, or load an adapter that was trained at a lower rate" if adapter else "its weights may be damaged"
        super().__init__(f"after {num_tokens} tokens of the answer the logits are not finite, {whose}: {advice}")
        self.num_tokens = num_tokens
