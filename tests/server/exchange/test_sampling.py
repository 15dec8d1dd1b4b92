"""What is wrong with the fields that all routes know."""

import msgspec
import pytest

from server.exchange.sampling import find_common_faults
from server.wire.generation_fields import GenerationFields


@pytest.mark.parametrize("key", ["1_0", "٣", " 1 ", "+1", "-1", "1.0", "", "01", "9" * 5000, "x" * 5000])
def test_a_bias_is_for_an_id_written_in_one_way_only(key: str) -> None:
    body = msgspec.json.encode({"model": "m", "logit_bias": {"0": 1, "262143": -1, key: 5}})
    (fault,) = find_common_faults(msgspec.json.decode(body, type=GenerationFields))
    assert fault.param == "logit_bias"
    assert len(fault.message) < 150
