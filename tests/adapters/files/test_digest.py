"""What an adapter is named by."""

import msgspec
import numpy as np

from adapters.files.digest import digest_pairs
from adapters.files.pairing import LowRankPair
from tests.adapters.adapter_files import factors


def test_no_content_of_one_adapter_passes_for_a_part_of_another_in_the_digest() -> None:
    """A magnitude could hold the very bytes that another adapter's next module is hashed as."""
    plain = {
        "one": LowRankPair(factors(2, 1), factors(1, 2)),
        "twos": LowRankPair(factors(2, 1), factors(1, 2)),
    }
    hidden = msgspec.json.encode(("twos", (2, 1), (1, 2))) + plain["twos"].a.tobytes() + plain["twos"].b.tobytes()
    assert len(hidden) % 4 == 0
    crafted = {"one": LowRankPair(plain["one"].a, plain["one"].b, np.frombuffer(hidden, np.float32))}
    assert digest_pairs(crafted) != digest_pairs(plain)
