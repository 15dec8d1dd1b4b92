"""How tokens are chosen beside temperature and seed: every field is sent, so that no file of a model's and no flag of a server's chooses.

Not all are OpenAI's, and not every endpoint takes them all. One that refuses a field by name is asked again without it, provided the field
was to change nothing (`dialect.py`), and each record says which were left out.
"""

import msgspec

TOP_K_OFF = -1  # as every server that knows the field has taken it for off, but mlx_lm.server, which takes 0
OTHER_TOP_K_OFF = 0


class SamplingFields(msgspec.Struct, frozen=True, kw_only=True):
    """What a request asks for; the defaults change nothing."""

    top_p: float = 1.0
    top_k: int = TOP_K_OFF
    min_p: float = 0.0
    repetition_penalty: float = 1.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0

    @property
    def active(self) -> dict[str, float]:
        """Give what changes something, by field."""
        off = msgspec.structs.asdict(SamplingFields())
        return {name: value for name, value in msgspec.structs.asdict(self).items() if value != off[name]}

    @property
    def words(self) -> str:
        """Write what changes something; nothing where nothing does."""
        return ", ".join(f"{name} {value:g}" for name, value in self.active.items())
