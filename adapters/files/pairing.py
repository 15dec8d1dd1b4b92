"""Bring an adapter's tensors together in pairs, one a module, and find everything that is wrong with them."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
import numpy as np

from adapters.base.shape import BaseShape
from adapters.errors import MismatchedAdapter
from adapters.files.formats.adapter_format import AdapterFormat, Factor, Place
from adapters.files.tensor_file import FLOAT_DTYPES, Floats, StoredTensor, TensorFile


class LowRankPair(msgspec.Struct, frozen=True):
    """The update of one linear layer: `x @ a @ b`, the adapter's own scale folded into `b`.

    With a magnitude it is DoRA's, and each row of the updated weight has that length: https://arxiv.org/abs/2402.09353.
    """

    a: Floats  # (in, rank)
    b: Floats  # (rank, out)
    magnitude: Floats | None = None  # (out,)


class Placed(msgspec.Struct, frozen=True):
    """A tensor of the file and whose factor it is."""

    place: Place
    tensor: StoredTensor


Factors = dict[Factor, Placed]  # of one module

MATRICES: tuple[Factor, ...] = ("a", "b")


def read_pairs(
    file: TensorFile, tensors: Iterable[StoredTensor], adapter_format: AdapterFormat, *, base: BaseShape | None, max_rank: int | None
) -> dict[str, LowRankPair]:
    """Read the pairs that these tensors make, sorted by their module's name. Raises MismatchedAdapter with everything that is wrong.

    What does not fit `base` is not read: a file cannot make the process hold more than an adapter that fits.
    """
    modules, mismatches = _sort_out(tensors, adapter_format)
    needed = _needed_factors(modules, adapter_format)
    mismatches += _missing(modules, needed, adapter_format, base)
    sound, highest = {}, 0
    for module, factors in sorted(modules.items()):
        faults = [line for placed in factors.values() for line in _faults_of(placed)]
        if not faults and len(factors) == len(needed):
            misfits = _base_faults(module, factors, adapter_format, base) if base else []
            faults = _rank_faults(module, factors, adapter_format) + _magnitude_faults(module, factors, adapter_format) + misfits
            rank = max(_rank(factors[factor], adapter_format) for factor in MATRICES)
            highest = max(rank, highest)
            if not misfits and (max_rank is None or rank <= max_rank):
                sound[module] = factors
        mismatches += faults
    if max_rank is not None and highest > max_rank:
        mismatches.append(f"its rank is {highest}, and the highest that is served here {max_rank}")
    pairs = {module: _read_pair(file, factors, adapter_format) for module, factors in sound.items()}
    mismatches += [line for module, pair in pairs.items() for line in _value_faults(module, pair, adapter_format)]
    if mismatches:
        raise MismatchedAdapter(mismatches)
    return pairs


def _sort_out(tensors: Iterable[StoredTensor], adapter_format: AdapterFormat) -> tuple[dict[str, Factors], list[str]]:
    """Group the tensors by module, and name those that have no place."""
    modules: dict[str, Factors] = {}
    mismatches = []
    for tensor in tensors:
        place = adapter_format.place(tensor.name)
        if place is None:
            leaves = " or ".join(adapter_format.leaves[factor] for factor in MATRICES)
            mismatches.append(f"{tensor.name}: unexpected, expected {leaves} of a module in model.layers")
        elif misplaced := adapter_format.find_misplaced(place):
            mismatches.append(f"{tensor.name}: unexpected, {misplaced}")
        elif place.factor in (factors := modules.setdefault(place.module, {})):
            mismatches.append(f"{tensor.name}: unexpected, {factors[place.factor].tensor.name} is the same factor of the same module")
        else:
            factors[place.factor] = Placed(place, tensor)
    return modules, mismatches


def _needed_factors(modules: Mapping[str, Factors], adapter_format: AdapterFormat) -> tuple[Factor, ...]:
    """List what each module must have: where one has a magnitude all have, since it is the whole adapter that is DoRA's or not."""
    is_dora = adapter_format.has_magnitudes or any("m" in factors for factors in modules.values())
    return (*MATRICES, "m") if is_dora else MATRICES


def _missing(modules: Mapping[str, Factors], needed: Sequence[Factor], adapter_format: AdapterFormat, base: BaseShape | None) -> list[str]:
    leaves = adapter_format.leaves
    lines = [
        f"{module}.{leaves[factor]}: missing" for module, factors in sorted(modules.items()) for factor in needed if factor not in factors
    ]
    written = {module: placed.place.written for module, factors in modules.items() for placed in factors.values()}
    expected = adapter_format.expected_modules(written, base.num_layers if base else None) if modules else ()
    absent = sorted(set(expected) - set(modules))
    return lines + [f"{module}: missing, though the configuration targets it" for module in absent]


def _faults_of(placed: Placed) -> list[str]:
    tensor = placed.tensor
    if tensor.shape == (0,):
        return [f"{tensor.name}: it is empty, as DeepSpeed's ZeRO-3 leaves what was not gathered before it was saved"]
    faults = []
    if tensor.dtype not in FLOAT_DTYPES:
        faults.append(f"{tensor.name}: its dtype is {tensor.dtype}, expected one of {', '.join(FLOAT_DTYPES)}")
    if placed.place.factor == "m":
        if len(tensor.shape) != 1 and tensor.shape[1:] != (1,):
            faults.append(f"{tensor.name}: its shape is {list(tensor.shape)}, expected one dimension")
    elif len(tensor.shape) != 2:
        faults.append(f"{tensor.name}: its shape is {list(tensor.shape)}, expected two dimensions")
    return faults


def _rank_faults(module: str, factors: Factors, adapter_format: AdapterFormat) -> list[str]:
    leaves = adapter_format.leaves
    ranks = {factor: _rank(factors[factor], adapter_format) for factor in MATRICES}
    if ranks["a"] != ranks["b"]:
        return [f"{module}: {leaves['a']} has rank {ranks['a']}, {leaves['b']} has rank {ranks['b']}"]
    if ranks["a"] not in (expected := adapter_format.ranks_of(factors["a"].place)):
        return [f"{module}: its rank is {ranks['a']}, in the configuration {' or '.join(map(str, dict.fromkeys(expected)))}"]
    return []


def _magnitude_faults(module: str, factors: Factors, adapter_format: AdapterFormat) -> list[str]:
    if "m" not in factors or (size := factors["m"].tensor.shape[0]) == (num_outputs := _width(factors["b"], adapter_format)):
        return []
    leaves = adapter_format.leaves
    return [f"{module}: {leaves['m']} has {size} values, {leaves['b']} has {num_outputs} outputs"]


def _base_faults(module: str, factors: Factors, adapter_format: AdapterFormat, base: BaseShape) -> list[str]:
    if module not in base.linears:
        return [f"{module}: no such linear layer in the base"]
    sizes = (_width(factors[factor], adapter_format) for factor in MATRICES)
    return [
        f"{module}: expected {expected} {what}, the adapter has {size}"
        for what, expected, size in zip(("inputs", "outputs"), base.linears[module], sizes, strict=True)
        if size != expected
    ]


def _rank(placed: Placed, adapter_format: AdapterFormat) -> int:
    return placed.tensor.shape[_rank_axis(placed, adapter_format)]


def _width(placed: Placed, adapter_format: AdapterFormat) -> int:
    """Give the size of a factor's other axis: the linear layer's inputs or outputs."""
    return placed.tensor.shape[1 - _rank_axis(placed, adapter_format)]


def _rank_axis(placed: Placed, adapter_format: AdapterFormat) -> int:
    return int((placed.place.factor == "a") != adapter_format.is_transposed)


def _read_pair(file: TensorFile, factors: Factors, adapter_format: AdapterFormat) -> LowRankPair:
    a, b = (_read_factor(file, factors[factor], adapter_format) for factor in MATRICES)
    with np.errstate(all="ignore"):  # what overflows is found afterwards
        b *= np.float32(adapter_format.scale_of(factors["a"].place, a.shape[1]))
    return LowRankPair(a, b, file.read(factors["m"].tensor).reshape(-1) if "m" in factors else None)


def _read_factor(file: TensorFile, placed: Placed, adapter_format: AdapterFormat) -> Floats:
    values = file.read(placed.tensor)
    return np.ascontiguousarray(values.T) if adapter_format.is_transposed else values


def _value_faults(module: str, pair: LowRankPair, adapter_format: AdapterFormat) -> list[str]:
    values: dict[Factor, Floats | None] = {"a": pair.a, "b": pair.b, "m": pair.magnitude}
    return [
        f"{module}.{adapter_format.leaves[factor]}: holds values that are not finite{', times its scale' if factor == 'b' else ''}"
        for factor, numbers in values.items()
        if numbers is not None and not np.isfinite(numbers).all()
    ]
