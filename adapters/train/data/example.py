"""A row of the data, as the model reads it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Example(NamedTuple):
    """Token ids, and which of them are to be learnt."""

    line: int  # of its file, from 1
    token_ids: NDArray[np.int32]  # (L,)
    is_target: NDArray[np.bool_]  # (L,), False at 0: a token is learnt from those before it

    @property
    def num_targets(self) -> int:
        """How many tokens are learnt."""
        return int(self.is_target.sum())
