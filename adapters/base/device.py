"""Every choice that depends on the backend: Metal, CUDA or the CPU. It never imports MLX, so that it can run before MLX does.

On Linux MLX's CPU wheel brings reference BLAS and slow 16-bit and quantised products. A real BLAS loaded before `mlx.core` takes its
place (the symbols interpose), and float32 weights use it; see docs/log.md for the figures. On Metal and CUDA both are left alone.
"""

import contextlib
import ctypes
import os
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

import msgspec

Backend = Literal["metal", "cuda", "cpu"]

OPENBLAS_NAME = "libopenblas.so.0"
OPENBLAS_HINT = "install OpenBLAS for a many times faster CPU: 'apt-get install libopenblas0-pthread' or your system's package"
SHARE_OF_WORKING_SET = 0.9
SHARE_OF_MACHINE = 0.7  # a CPU's memory is everybody's
LARGE_PASS = 150_000_000  # tokens times weights
SPLIT_TOKENS = 32  # up to which large weights are read by two streams instead (forward/split_linear.py)
FEW_PROCESSORS = range(2, 4)  # with more, BLAS's threads do more for a large product than a second stream
# How wide a graph MLX hands out level by level: at its own 20, the two lanes of a long prompt ran one after the other (docs/log.md).
GRAPH_WIDTH, WIDE_ENOUGH = "MLX_BFS_MAX_WIDTH", "100"
# From glibc's malloc.h: M_MMAP_THRESHOLD (its largest value), M_TRIM_THRESHOLD, M_TOP_PAD, and M_ARENA_MAX, as other arenas are cut short.
MALLOC_SETTINGS = ((-3, 32 << 20), (-1, 1 << 30), (-2, 64 << 20), (-8, 1))
# How many bits MLX keeps a value of a GGUF file in, by the type's name there: as many where the file's grid is one of MLX's, else more, as
# the values are rounded a second time (docs/log.md).
REQUANTISED_BITS = {"Q4_0": 4, "Q4_1": 4, "Q4_K": 4, "Q5_0": 5, "Q5_1": 5, "Q5_K": 5, "Q6_K": 8, "Q8_0": 8, "Q2_K": 4, "Q3_K": 5}
REQUANTISED_BITS |= {"IQ1_S": 4, "IQ1_M": 4, "IQ2_XXS": 4, "IQ2_XS": 4, "IQ2_S": 4, "IQ3_XXS": 5, "IQ3_S": 5, "IQ4_NL": 6, "IQ4_XS": 6}
REQUANTISED_BITS |= {"TQ1_0": 2, "TQ2_0": 2, "MXFP4": 6, "NVFP4": 6}
REQUANTISED_GROUP = 32  # values with a scale of their own, as in most of those types
CUDA_PACKAGES = ("mlx-cuda-13", "mlx-cuda-12", "mlx-cuda")


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine runs on, and what follows from it."""

    backend: Backend
    blas: str | None  # what does the CPU's matrix products; None where that is not the CPU's work
    weights_dtype: str | None  # an mlx dtype's name that weights are cast (and dequantised) to; None leaves them as they are
    has_no_kernels: bool  # MLX composes attention, rotation and activation of single operations here: the engine has faster compositions
    runs_ahead: bool  # whether a pass is started before the one under way has ended: a GPU needs it, a CPU would copy keys and values
    has_second_stream: bool  # whether two streams are faster than one: on a CPU each of them is one thread
    keeps_prompts_apart: bool  # whether the prefix cache has memory of its own: glibc's heap grows where it lies among a step's arrays
    freed_bytes: int | None  # that MLX may keep of freed arrays; None is its own choice
    num_lanes: int  # streams that read prompts side by side, for which BLAS's own threads stand back
    advice: str | None = None

    def describe(self) -> str:
        """Say it in one line, for the log."""
        parts = [f"device {self.backend}", f"weights {self.weights_dtype or 'as stored'}"]
        parts += [f"BLAS {self.blas}"] if self.blas else []
        return ", ".join(parts) + (f" ({self.advice})" if self.advice else "")


def prepare_device() -> Device:
    """Find the backend and, on a Linux CPU, bring in OpenBLAS. Call it before `mlx.core` is first imported: later is too late."""
    backend = _find_backend()
    if backend != "cpu":
        return Device(
            backend=backend,
            blas=None,
            weights_dtype=None,
            has_no_kernels=False,
            runs_ahead=True,
            has_second_stream=False,
            keeps_prompts_apart=False,
            freed_bytes=None,
            num_lanes=1,
        )
    openblas = _load_openblas()
    _keep_freed_memory()
    os.environ.setdefault(GRAPH_WIDTH, WIDE_ENOUGH)
    num_processors = _count_processors()
    return Device(
        backend="cpu",
        blas=openblas or "MLX's own (slow)",
        weights_dtype="float32",
        has_no_kernels=True,
        runs_ahead=False,
        has_second_stream=num_processors > 1,
        keeps_prompts_apart=True,
        freed_bytes=0,  # the C library keeps them, and joins neighbours, which MLX does not
        num_lanes=2 if num_processors in FEW_PROCESSORS else 1,
        advice=None if openblas else OPENBLAS_HINT,
    )


class Requantisation(msgspec.Struct, frozen=True, kw_only=True):
    """How a matrix is quantised by MLX."""

    bits: int
    group_size: int


def find_requantisation(gguf_type: str, *, row_size: int) -> Requantisation | None:
    """Choose how a matrix of such a type is kept where weights are not cast; None is plain, in bfloat16."""
    bits = REQUANTISED_BITS.get(gguf_type)
    return Requantisation(bits=bits, group_size=REQUANTISED_GROUP) if bits and row_size % REQUANTISED_GROUP == 0 else None


class BlasThreads:
    """How many threads OpenBLAS takes for a pass: all for a large one, one for a small one, and one where lanes take the processors.

    Its threads wait for more work by spinning. Beside the short products of a small pass they gain nothing, and take a processor from the
    event loop, or from the other stream. Nothing happens where there is no OpenBLAS.
    """

    def __init__(self, device: Device, *, num_weights: int) -> None:
        self._library = ctypes.CDLL(OPENBLAS_NAME) if device.backend == "cpu" and device.advice is None else None
        self._num_weights = num_weights
        self._now = self._library.openblas_get_num_threads() if self._library else 1
        self._most = self._now if device.num_lanes == 1 else 1

    def suit(self, num_tokens: int) -> None:
        """Choose for a pass over so many tokens, before it is started."""
        is_large = num_tokens > SPLIT_TOKENS and num_tokens * self._num_weights >= LARGE_PASS
        wanted = self._most if is_large else 1
        if self._library and wanted != self._now:
            self._library.openblas_set_num_threads(wanted)
            self._now = wanted


def find_memory(device: Device, working_set_bytes: int | None) -> int:
    """Give the bytes that weights, keys and values may take together: on Metal what the system recommends, else most of the machine's.

    `working_set_bytes` is MLX's `max_recommended_working_set_size`, where it knows one.
    """
    if device.backend != "cpu" and working_set_bytes:
        return int(working_set_bytes * SHARE_OF_WORKING_SET)
    return int(_find_machine_memory() * SHARE_OF_MACHINE)


def _find_machine_memory() -> int:
    """Give the memory of the machine, or of the container that this runs in."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes")):
        with contextlib.suppress(OSError, ValueError):  # "max" is no number
            machine = min(machine, int(limit.read_text()))
    return machine


def _count_processors() -> int:
    """Count the processors that this process may use: its own, within the quota of the container that this runs in."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with contextlib.suppress(OSError, ValueError):  # "max" is no number
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        count = min(count, max(1, int(quota) // int(period)))
    return count


def _find_backend() -> Backend:
    if sys.platform == "darwin":
        return "metal"
    has_driver = any(Path(node).exists() for node in ("/dev/nvidiactl", "/dev/dxg"))
    return "cuda" if has_driver and any(_is_installed(package) for package in CUDA_PACKAGES) else "cpu"


def _is_installed(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True


def _load_openblas() -> str | None:
    """Load OpenBLAS with global symbols and give its own description of itself, such as `OpenBLAS 0.3.21 … SkylakeX`."""
    if "mlx.core" in sys.modules and not _is_loaded(OPENBLAS_NAME):
        raise RuntimeError("prepare_device() came after the import of mlx.core: OpenBLAS cannot take its place any more")
    try:
        library = ctypes.CDLL(OPENBLAS_NAME, mode=ctypes.RTLD_GLOBAL)
    except OSError:
        return None
    library.openblas_get_config.restype = ctypes.c_char_p
    description: bytes = library.openblas_get_config()
    return description.decode().strip()


def _keep_freed_memory() -> None:
    """Have glibc keep what MLX frees: else each larger array of a step is mapped anew, and zeroed page by page, which costs as much as the
    operation that fills it. Other C libraries have no such settings.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        for setting, value in MALLOC_SETTINGS:
            mallopt(setting, value)


def _is_loaded(library: str) -> bool:
    """Say whether a library is in the process; its file may have another name than it is asked for by."""
    try:
        ctypes.CDLL(library, mode=os.RTLD_NOLOAD)
    except OSError:
        return False
    return True
