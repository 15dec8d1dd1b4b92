"""An end that the base cannot tell from other pieces is found before anything is trained."""

from pathlib import Path

import mlx.core as mx
import numpy as np

from adapters.base.device import prepare_device
from adapters.base.loading import load
from adapters.base.vocabulary import load_vocabulary
from adapters.train.data.example import Example
from adapters.train.untaught_end import find_untaught_ends
from tests.adapters.base.folders import DEMO


def example(*ids: int) -> Example:
    return Example(1, np.array(ids, dtype=np.int32), np.array([False, *[True] * (len(ids) - 1)]))


def test_an_end_that_many_pieces_are_alike_is_named_and_one_that_is_taught_is_not(tmp_path: Path) -> None:
    vocabulary, model = load_vocabulary(DEMO), load(DEMO, prepare_device()).model
    ids = vocabulary.tokenizer.vocabulary
    end, others = ids["<end_of_turn>"], [1000, 1001, *range(2000, 2030)]
    examples = [example(5, 6, end)]
    assert find_untaught_ends(model, examples, vocabulary) == []
    table = np.array(model.model.embed_tokens.weight)
    table[others] = table[end] * 1.5 + 0.001
    model.model.embed_tokens.weight = mx.array(table)
    (found,) = find_untaught_ends(model, examples, vocabulary)
    assert (found.piece, found.num_alike) == ("<end_of_turn>", len(others))
    assert ids[found.nearest] in others
    assert find_untaught_ends(model, [example(5, 6, 7)], vocabulary) == []
