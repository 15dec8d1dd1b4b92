"""One probe's samples, summed up."""

from clients.probes.probe import Probe
from clients.report.outcome import Outcome, gather_outcomes
from scoring.lek_v1_formula import DIMENSIONS
from scoring.scores import Flag
from tests.clients.samples import make_record

LOOP = Flag(flag="token_loop", tier="hard")


def test_several_samples_average_and_show_the_first_reply() -> None:
    outcome = Outcome(
        probe=Probe(id="p1", prompt="Why?"),
        samples=(make_record(2.0, response="first"), make_record(5.0, flags=(LOOP,)), make_record(None)),
    )
    assert outcome.response == "first"
    assert outcome.lek_score == 3.5
    assert outcome.heuristic == dict.fromkeys(DIMENSIONS, 3.5)
    assert outcome.flags == ("token_loop",)
    assert outcome.error == "HTTP 500: the row failed"


def test_failed_samples_alone_have_no_score() -> None:
    outcome = Outcome(probe=Probe(id="p1", prompt="Why?"), samples=(make_record(None), make_record(None)))
    assert (outcome.response, outcome.lek_score, outcome.heuristic) == (None, None, None)


def test_outcomes_sort_replies_that_came_in_any_order() -> None:
    came = [
        make_record(id="p2", response="d"),
        make_record(id="p1", sample=1, response="b"),
        make_record(id="p1", subject="base", response="x"),
        make_record(id="p1", sample=0, response="a"),
    ]
    probes = (Probe(id="p1", prompt="Why?"), Probe(id="p2", prompt="How?"))
    gathered = gather_outcomes(came, probes, "tuned")
    assert [[sample.reply.text for sample in outcome.samples] for outcome in gathered] == [["a", "b"], ["d"]]
