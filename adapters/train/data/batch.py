"""The rows of one pass, padded at the end to the length of the longest."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Batch(NamedTuple):
    """Input and what is to be learnt from it. Padding is never a target."""

    token_ids: NDArray[np.int32]  # (B, L), without the last token of the longest row where nothing follows it
    target_places: NDArray[np.int32]  # (N,), into the flattened (B * L,) positions: the one *before* each target
    target_ids: NDArray[np.int32]  # (N,)

    @property
    def num_targets(self) -> int:
        """How many tokens are learnt; never none."""
        return len(self.target_ids)
