"""What a pass reads of one row's prompt."""

from collections.abc import Sequence
from typing import NamedTuple

from server.engine.mlx.forward.prefilling import Snapshot
from server.engine.mlx.row import Row


class PromptPiece(NamedTuple):
    """Tokens of a row's prompt that a pass reads."""

    row: Row
    begin: int  # tokens of the row before them
    num_tokens: int
    snapshots: Sequence[Snapshot]

    @property
    def is_last(self) -> bool:
        """Whether the prompt is read to its end."""
        return self.begin + self.num_tokens == len(self.row.input_ids)

    @property
    def token_ids(self) -> list[int]:
        """The tokens."""
        return self.row.input_ids[self.begin : self.begin + self.num_tokens]

    def cut(self, num_tokens: int) -> tuple["PromptPiece", "PromptPiece"]:
        """Cut it in two behind so many tokens."""
        place = self.begin + num_tokens
        before = PromptPiece(self.row, self.begin, num_tokens, [one for one in self.snapshots if one.position <= place])
        return before, PromptPiece(self.row, place, self.num_tokens - num_tokens, [one for one in self.snapshots if one.position > place])
