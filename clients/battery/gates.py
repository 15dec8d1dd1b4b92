"""Which findings end a run with exit code 1."""

import msgspec


class Gates(msgspec.Struct, frozen=True, kw_only=True):
    """Which of the findings end a run with exit code 1."""

    on_regression: bool = False
    on_flags: bool = False
    on_refusals: bool = False

    @property
    def is_any(self) -> bool:
        """Say whether there is one at all."""
        return self.on_regression or self.on_flags or self.on_refusals
