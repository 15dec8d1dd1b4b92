"""Passes in two lanes. On a CPU a stream of MLX's is one thread, and only products use more: two streams, half of the tokens each, run all
the rest side by side too.
"""

from collections.abc import Sequence

from server.engine.mlx.prompt_piece import PromptPiece

FEWEST_TOKENS = 128  # of a pass that is worth two lanes: below, weights that are read twice cost more than the rest gains
TOLERANCE = 1 / 16  # of all tokens that the lanes may be apart, before a prompt is cut in two


def share_lanes(pieces: Sequence[PromptPiece], *, num_decoding: int) -> tuple[Sequence[PromptPiece], ...]:
    """Share the pieces of a pass between two lanes, the first of which has the rows that decode; one lane where two are not worth it."""
    num_tokens = num_decoding + sum(piece.num_tokens for piece in pieces)
    if num_tokens < FEWEST_TOKENS:
        return (pieces,)
    wanted = num_tokens // 2 - num_decoding  # of the first lane
    first: list[PromptPiece] = []
    rest = list(pieces)
    while rest and rest[0].num_tokens <= wanted + TOLERANCE * num_tokens:
        piece = rest.pop(0)
        first.append(piece)
        wanted -= piece.num_tokens
    if rest and wanted > TOLERANCE * num_tokens:
        before, rest[0] = rest[0].cut(wanted)
        first.append(before)
    return (first, rest) if rest else (first,)
