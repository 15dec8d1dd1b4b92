"""OpenBLAS for the processes that run MLX: its Linux wheel brings a reference BLAS that is some forty times slower."""

import os
import sys

LIBRARY = "libopenblas.so.0"


def mlx_environment() -> dict[str, str]:
    """Return an environment that puts OpenBLAS in front of MLX's own BLAS on Linux; where it is not installed the loader ignores it."""
    if sys.platform != "linux":
        return dict(os.environ)
    # Its matrices here are small: a second thread waits more than it computes.
    return {**os.environ, "LD_PRELOAD": LIBRARY, "OPENBLAS_NUM_THREADS": "1"}
