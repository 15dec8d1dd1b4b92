"""Which row makes a step fail.

A step that raises leaves its batch unusable. Each row is tried alone up to its next token; draws depend on seed and place only, so the
answers of those that do not fail are what they would have been.
"""

from collections.abc import Sequence

from server.engine.mlx.batch import NotFinite, Token
from server.engine.mlx.row import Row
from server.engine.mlx.runtime import Runtime


def find_faults(rows: Sequence[Row], runtime: Runtime) -> dict[Row, Exception]:
    """Try every row alone, in batches of its own; gives those that raise, with what they raise."""
    runtime.prefixes.clear()  # what the step was to compute for it never will be
    return {row: fault for row in rows if (fault := _try_alone(row, runtime))}


def _try_alone(row: Row, runtime: Runtime) -> Exception | None:
    try:
        batch = runtime.make_batch()
        batch.insert(row)
        drawn: list[Token | NotFinite] = []
        while not drawn:
            batch.step(drawn.extend)
    except Exception as exc:
        runtime.prefixes.clear()
        return exc
    return None
