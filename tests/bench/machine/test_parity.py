"""Answers against the reference's, case by case."""

import msgspec

from bench.machine.parity import _judge
from bench.machine.questions import Ask, Weigh
from bench.parity.continuation import Answer, Continuation
from bench.parity.finding import Gap

EXPECTED = {"one": Continuation(token_ids=(1, 2), segments=("a", "b"), finish_reason="length")}


class FakeReference:
    """Prefers its own token by as much as it is told."""

    def __init__(self, nats: float) -> None:
        self.nats = nats
        self.asked: list[Ask | Weigh] = []

    def ask(self, request: bytes) -> bytes:
        self.asked.append(msgspec.json.decode(request, type=Ask | Weigh))
        return msgspec.json.encode(Gap(nats=self.nats, is_least=False))


def test_equal_answers_are_counted_and_nothing_is_weighed() -> None:
    reference = FakeReference(9.0)
    parity = _judge(reference, EXPECTED, "alone, new", ["one"], [Answer(text="ab", finish_reason="length", token_ids=(1, 2))])
    assert (parity.num_equal, parity.num_tokens, parity.partings, reference.asked) == (1, 2, [], [])


def test_a_parting_is_weighed_and_told() -> None:
    answer = Answer(text="ac", finish_reason="length", token_ids=(1, 3))
    for nats, counts in ((0.05, (0, 1, 0)), (0.5, (0, 0, 1))):
        parity = _judge(FakeReference(nats), EXPECTED, "eight at once", ["one"], [answer], num_cached_tokens=7)
        assert (parity.num_equal, parity.num_near_ties, parity.num_different) == counts
        assert parity.partings == [f"after 1 tokens, by {nats:.3f} nats"] and parity.num_cached_tokens == 7
