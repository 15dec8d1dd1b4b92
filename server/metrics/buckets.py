"""The bounds of the histograms, and the bands of the LEK score.

Times follow OpenTelemetry's conventions for generative models, https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/, so that
dashboards made for them fit; each is extended upwards, since a model on a CPU is slower than what they were made for.
"""

from bisect import bisect_left

REQUEST_BOUNDS_S = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84, 327.68, 655.36)
FIRST_TOKEN_BOUNDS_S = (0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 30.0, 60.0)
OUTPUT_TOKEN_BOUNDS_S = (0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5, 5.0)

# Ours: no convention names them.
QUEUE_BOUNDS_S = (0.001, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300)
LOAD_BOUNDS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
SCORING_BOUNDS_S = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1)
LEK_BOUNDS = (-20, -15, -10, -5, -2, 0, 2, 4, 6, 8, 10, 12, 15, 20, 25, 30, 40)

_BAND_BOUNDS = (-20, -5, 0, 5, 10, 15, 25)
SCORE_BANDS = tuple(f"{low}..{high}" for low, high in zip(("", *_BAND_BOUNDS), (*_BAND_BOUNDS, ""), strict=True))


def score_band(lek_score: float) -> str:
    """Name the band of a finite score; a band's upper bound belongs to it, as in the histogram."""
    return SCORE_BANDS[bisect_left(_BAND_BOUNDS, lek_score)]
