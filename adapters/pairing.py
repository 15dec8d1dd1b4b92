"""Bring an adapter's tensors together in pairs, one a module, and find everything that is wrong with them."""

from collections.abc import Mapping

import msgspec
import numpy as np

from adapters.errors import MismatchedAdapter
from adapters.formats.adapter_format import AdapterFormat, Factor, Place
from adapters.tensor_file import FLOAT_DTYPES, Floats, StoredTensor, TensorFile


class LowRankPair(msgspec.Struct, frozen=True):
    """The update of one linear layer: `x @ a @ b`, the adapter's own scale folded into `b`."""

    a: Floats  # (in, rank)
    b: Floats  # (rank, out)


class Placed(msgspec.Struct, frozen=True):
    """A tensor of the file and whose factor it is."""

    place: Place
    tensor: StoredTensor


Factors = dict[Factor, Placed]  # of one module


def read_pairs(file: TensorFile, adapter_format: AdapterFormat, *, max_rank: int | None) -> dict[str, LowRankPair]:
    """Read the pairs, sorted by their module's name. Raises MismatchedAdapter with everything that is wrong."""
    modules, mismatches = _sort_out(file.tensors, adapter_format)
    mismatches += _missing(modules, adapter_format)
    sound = {}
    for module, factors in sorted(modules.items()):
        faults = [line for placed in factors.values() for line in _faults_of(placed)]
        if not faults and len(factors) == 2:
            faults = _rank_faults(module, factors, adapter_format)
            sound[module] = factors
        mismatches += faults
    if max_rank is not None and (rank := max((_rank(factors["a"], adapter_format) for factors in sound.values()), default=0)) > max_rank:
        raise MismatchedAdapter([*mismatches, f"its rank is {rank}, and the highest that is served here {max_rank}"])
    pairs = {module: _read_pair(file, factors, adapter_format) for module, factors in sound.items()}
    mismatches += [line for module, pair in pairs.items() for line in _value_faults(module, pair, adapter_format)]
    if mismatches:
        raise MismatchedAdapter(mismatches)
    return pairs


def _sort_out(tensors: tuple[StoredTensor, ...], adapter_format: AdapterFormat) -> tuple[dict[str, Factors], list[str]]:
    """Group the tensors by module, and name those that have no place."""
    modules: dict[str, Factors] = {}
    mismatches = []
    for tensor in tensors:
        place = adapter_format.place(tensor.name)
        if place is None:
            leaves = " or ".join(adapter_format.leaves.values())
            mismatches.append(f"{tensor.name}: unexpected, expected {leaves} of a module in model.layers")
        elif misplaced := adapter_format.find_misplaced(place):
            mismatches.append(f"{tensor.name}: unexpected, {misplaced}")
        elif place.factor in (factors := modules.setdefault(place.module, {})):
            mismatches.append(f"{tensor.name}: unexpected, {factors[place.factor].tensor.name} is the same factor of the same module")
        else:
            factors[place.factor] = Placed(place, tensor)
    return modules, mismatches


def _missing(modules: Mapping[str, Factors], adapter_format: AdapterFormat) -> list[str]:
    leaves = adapter_format.leaves
    lines = [
        f"{module}.{leaves[factor]}: missing" for module, factors in sorted(modules.items()) for factor in leaves if factor not in factors
    ]
    absent = sorted(set(adapter_format.expected_modules(modules)) - set(modules)) if modules else []
    return lines + [f"{module}: missing, though the configuration targets it" for module in absent]


def _faults_of(placed: Placed) -> list[str]:
    tensor = placed.tensor
    faults = []
    if tensor.dtype not in FLOAT_DTYPES:
        faults.append(f"{tensor.name}: its dtype is {tensor.dtype}, expected one of {', '.join(FLOAT_DTYPES)}")
    if len(tensor.shape) != 2:
        faults.append(f"{tensor.name}: its shape is {list(tensor.shape)}, expected two dimensions")
    return faults


def _rank_faults(module: str, factors: Factors, adapter_format: AdapterFormat) -> list[str]:
    leaves = adapter_format.leaves
    ranks = {factor: _rank(placed, adapter_format) for factor, placed in factors.items()}
    if ranks["a"] != ranks["b"]:
        return [f"{module}: {leaves['a']} has rank {ranks['a']}, {leaves['b']} has rank {ranks['b']}"]
    if ranks["a"] != (expected := adapter_format.rank_of(factors["a"].place)):
        return [f"{module}: its rank is {ranks['a']}, in the configuration {expected}"]
    return []


def _rank(placed: Placed, adapter_format: AdapterFormat) -> int:
    is_last = (placed.place.factor == "a") != adapter_format.is_transposed
    return placed.tensor.shape[1 if is_last else 0]


def _read_pair(file: TensorFile, factors: Factors, adapter_format: AdapterFormat) -> LowRankPair:
    a, b = (_read_factor(file, factors[factor], adapter_format) for factor in adapter_format.leaves)
    with np.errstate(all="ignore"):  # what overflows is found afterwards
        b *= np.float32(adapter_format.scale_of(factors["a"].place))
    return LowRankPair(a, b)


def _read_factor(file: TensorFile, placed: Placed, adapter_format: AdapterFormat) -> Floats:
    values = file.read(placed.tensor)
    return np.ascontiguousarray(values.T) if adapter_format.is_transposed else values


def _value_faults(module: str, pair: LowRankPair, adapter_format: AdapterFormat) -> list[str]:
    leaves = adapter_format.leaves
    faults = [] if np.isfinite(pair.a).all() else [f"{module}.{leaves['a']}: holds values that are not finite"]
    return faults if np.isfinite(pair.b).all() else [*faults, f"{module}.{leaves['b']}: holds values that are not finite, times its scale"]
