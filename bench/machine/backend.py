"""What candor and MLX say of the device, in a process of its own, as asking brings in OpenBLAS: prints one line of JSON."""

import os
import sys

from adapters.base.device import prepare_device

DEVICE = prepare_device()

import mlx.core as mx  # noqa: E402
import mlx_lm  # noqa: E402, F401
import msgspec  # noqa: E402

from bench.machine.report import Backend  # noqa: E402
from bench.soak import resident_bytes  # noqa: E402


def main() -> None:
    """Print it."""
    backend = Backend(
        device=DEVICE.describe(),
        weights_dtype=DEVICE.weights_dtype,
        runs_ahead=DEVICE.runs_ahead,
        has_no_kernels=DEVICE.has_no_kernels,
        mlx_device={name: value if isinstance(value, int) else str(value) for name, value in mx.device_info().items()},
        resident_bytes=resident_bytes(os.getpid()),
    )
    sys.stdout.buffer.write(msgspec.json.encode(backend) + b"\n")


if __name__ == "__main__":
    main()
