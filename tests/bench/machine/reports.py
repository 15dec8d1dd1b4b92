"""A report as a run on a Mac might give it."""

import msgspec

from bench.load import Measurement
from bench.machine.report import (
    Backend,
    CaseParity,
    Machine,
    Memory,
    ModelShape,
    Report,
    Speed,
    Subject,
    Trial,
    Variant,
)

MACHINE = Machine(
    date="2026-11-30 12:00 UTC",
    system="macOS 26.1 arm64",
    chip="Apple M4 Max",
    num_cpus=16,
    memory_bytes=64 * 2**30,
    load_average=1.2,
    python="3.12.1",
    versions={"candor": "0.1.0", "mlx": "0.32.4"},
    commit="abc1234",
)
BACKEND = Backend(
    device="device metal, weights as stored",
    weights_dtype=None,
    runs_ahead=True,
    has_no_kernels=False,
    mlx_device={"device_name": "Apple M4 Max", "memory_size": 64 * 2**30},
    resident_bytes=90 * 2**20,
)
MODEL = ModelShape(
    name="mlx-community/gemma-3-1b-it-4bit",
    kind="gemma3_text",
    num_parameters=1_000_000_000,
    stored_dtype="BF16",
    bits=4,
    num_layers=26,
    hidden_size=1152,
    vocabulary_size=262_144,
    window=512,
    size_bytes=700 * 2**20,
)
RATES: dict[Variant, tuple[float, ...]] = {
    "as chosen": (100.0, 110.0, 105.0, 105.0),
    "runs_ahead the other way": (120.0, 130.0, 125.0, 125.0),
    "has_no_kernels the other way": (60.0, 115.0, 70.0, 70.0),
}


SPEEDS: dict[Subject, float] = {"candor": 90.0, "bare model": 100.0, "mlx_lm.server": 45.0}  # tokens a second and client


def make_speed(num_clients: int, round_number: int, subject: Subject, tokens_per_s: float) -> Speed:
    """Make one subject's round."""
    measured = Measurement(num_tokens=64, tokens_per_s=tokens_per_s, first_token_s=0.25, gap_s=0.01, gap_p99_s=0.02)
    return Speed(num_clients=num_clients, round_number=round_number, subject=subject, measured=measured)


def make_report() -> Report:
    """Make it whole; a test takes away or changes what it is about."""
    return Report(
        is_quick=False,
        duration_s=600,
        machine=MACHINE,
        backend=BACKEND,
        model=MODEL,
        max_tokens=64,
        num_trial_tokens=64,
        num_rounds=3,
        parity=[
            CaseParity(case="alone, new", num_equal=8, num_near_ties=0, num_different=0, num_tokens=512),
            CaseParity(
                case="eight at once",
                num_equal=6,
                num_near_ties=1,
                num_different=1,
                num_tokens=512,
                partings=["after 3 tokens, by 0.010 nats", "after 9 tokens, by more than 2.000 nats"],
            ),
            CaseParity(case="alone, again", num_equal=8, num_near_ties=0, num_different=0, num_tokens=512, num_cached_tokens=200),
        ],
        speeds=[
            make_speed(num_clients, number, subject, rate * num_clients)
            for num_clients in (1, 8, 16)
            for number in range(3)
            for subject, rate in SPEEDS.items()
        ],
        first_tokens=[{"first token cold, ms": 900.0, "again over cold": 0.1}, {"first token cold, ms": 1000.0, "again over cold": 0.2}],
        memory=Memory(loaded_bytes=2**30, peak_bytes=2 * 2**30),
        trials=[
            Trial(variant=variant, round_number=number, tokens_per_s={"8 rows": rate}, loaded_bytes=700 * 2**20, peak_bytes=800 * 2**20)
            for variant, rates in RATES.items()
            for number, rate in enumerate(rates)
        ],
    )


def change(report: Report, **fields: object) -> Report:
    """Put other fields into a report."""
    return msgspec.structs.replace(report, **fields)
