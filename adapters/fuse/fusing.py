"""Put an adapter into the weights of a model's folder, which are read and written a few rows at a time.

The model is not loaded. Only the matrices that the adapter updates are changed, and all else is copied byte for byte: norms, embedding,
what sees images, and the files beside the weights.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import mlx.core as mx
import msgspec
import numpy as np

from adapters.base.config.reading import read_config
from adapters.base.config.structs import ModelConfig
from adapters.base.identity import digest_model
from adapters.base.shape import BaseShape
from adapters.base.weights.files import read_headers
from adapters.base.weights.shapes import check_shapes, find_base_shape
from adapters.command import CommandFault, UsageFault
from adapters.errors import MismatchedAdapter
from adapters.files.reading import AdapterWeights, LowRankPair
from adapters.fuse.dtypes import STORED_NAMES, cast
from adapters.fuse.linears import BIASES, SCALES, StoredLinear, find_linears, find_quantized
from adapters.fuse.other_files import copy_files, describe_dequantized, describe_layout, sort_files
from adapters.fuse.output_folder import check_output, check_outside, open_output
from adapters.fuse.packing import find_directions, pack, unpack
from adapters.fuse.report import FILE_NAME, FuseReport, Sums
from adapters.fuse.updating import update_rows
from adapters.fuse.weight_files import Rows, WeightFiles
from adapters.fuse.written_files import Layout, WrittenFiles

VALUES_AT_ONCE = 1 << 22  # of a matrix, in float32 and a few times over
NOT_A_FOLDER = (
    "is a GGUF file, into which nothing is fused: its weights are rounded already, and other software than candor reads what is written "
    "from a model's folder only; fuse into the folder or repository that it was made from"
)


def fuse(
    model: Path,
    adapter: AdapterWeights,
    output: Path,
    *,
    scale: float = 1.0,
    dequantizes: bool = False,
    dtype: Literal["float32"] | None = None,
    overwrites: bool = False,
) -> FuseReport:
    """Write the folder `output` with a model like that in folder `model`, the adapter in it at `scale` times its own.

    What is quantised stays so, at the same bits and groups, unless `dequantizes`; `dtype` is what the changed weights are stored in
    otherwise than the base's. Raises CommandFault, ModelLoadError, or MismatchedAdapter; nothing is left behind then.
    """
    config = check_fusing(model, adapter, output, scale=scale, dequantizes=dequantizes, dtype=dtype, overwrites=overwrites)
    return _Fusing(model, config, adapter, scale, dequantizes=dequantizes, dtype=dtype).write(output)


def check_fusing(
    model: Path,
    adapter: AdapterWeights,
    output: Path,
    *,
    scale: float,
    dequantizes: bool,
    dtype: Literal["float32"] | None,
    overwrites: bool,
) -> ModelConfig:
    """See by the files' headers that `fuse` can do this, and give the model's configuration. Raises as it does."""
    if model.is_file():
        raise CommandFault(f"{model} {NOT_A_FOLDER}")
    config = read_config(model)
    check_shapes(config, read_headers(model), where=str(model))
    _check_fit(adapter, find_base_shape(config.text))
    if adapter.kind == "dora" and scale != 1:
        raise UsageFault(f"a DoRA adapter is fused at scale 1 only, not at {scale:g}: its norm is not linear")
    if dtype and config.quantization and not dequantizes:
        raise UsageFault(f"{model} is quantised, and stays so: --dtype goes with --dequantize there")
    check_outside(output, model)
    check_output(output, inputs=(model, adapter.path), overwrites=overwrites)
    return config


class _Fusing:
    """One model and one adapter, both known to be sound."""

    def __init__(
        self, model: Path, config: ModelConfig, adapter: AdapterWeights, scale: float, *, dequantizes: bool, dtype: str | None
    ) -> None:
        self._model = model
        self._adapter = adapter
        self._scale = scale
        self._files = WeightFiles(model)
        self._dequantized = find_quantized(config, self._files) if dequantizes else {}
        self._dtype = STORED_NAMES[dtype] if dtype else None
        linears = find_linears(config, self._files)
        self._updated = {module: linears[module] for module in adapter.pairs}

    def write(self, output: Path) -> FuseReport:
        """Write all files."""
        base_digest = digest_model(self._model)
        copied, left_out = sort_files(self._model)
        layout = dict(self._find_layout())
        with open_output(output, num_bytes=self._estimate_bytes(layout)) as folder:
            with WrittenFiles(self._files, folder, layout) as written:
                losses = {module: self._update(module, linear, written) for module, linear in self._updated.items()}
                self._dequantize_others(written)
            copy_files(self._model, copied, folder)
            self._describe(folder, layout, written.total_bytes)
            overall = Sums()
            for loss in losses.values():
                overall.add(loss)
            report = FuseReport(
                base_digest=base_digest,
                adapter_digest=self._adapter.digest,
                kind=self._adapter.kind,
                scale=self._scale,
                stored=tuple(sorted({self._name_stored(linear) for linear in self._updated.values()})),
                is_quantized=any(self._is_packed(linear) for linear in self._updated.values()),
                overall=overall.find_loss(),
                modules={module: loss.find_loss() for module, loss in losses.items()},
                files=tuple(sorted([*(path.name for path in folder.iterdir()), FILE_NAME])),
                left_out=left_out,
            )
            write_report(folder, report)
            _sync(folder)
        return report

    def _find_layout(self) -> Iterator[tuple[str, tuple[str, tuple[int, ...]] | None]]:
        """Give what is stored otherwise than before."""
        for linear in self._dequantized.values():
            yield linear.weight, (linear.dtype, (linear.num_rows, linear.num_columns))
            yield from ((linear.stem + part, None) for part in (SCALES, BIASES) if linear.stem + part in self._files)
        for linear in self._updated.values():
            if self._dtype and not self._is_packed(linear):
                yield linear.weight, (self._dtype, (linear.num_rows, linear.num_columns))

    def _update(self, module: str, linear: StoredLinear, written: WrittenFiles) -> Sums:
        """Write one matrix with the update in it; give what that was and what was lost."""
        pair, sums = self._adapter.pairs[module], Sums()
        for rows in _cut(linear):
            sums.add(self._update_rows(module, linear, pair, rows, written))
        if not sums.are_finite:
            raise CommandFault(f"{module} would hold values that are too large to be computed with: give a smaller --scale")
        return sums

    def _update_rows(self, module: str, linear: StoredLinear, pair: LowRankPair, rows: Rows, written: WrittenFiles) -> Sums:
        before = self._read(linear, rows)
        wanted = update_rows(before, pair, rows, scale=self._scale)
        self._check_finite(module, linear, wanted)
        if linear.packing and self._is_packed(linear):
            packed = pack(wanted, linear.packing, linear.read_packed(self._files, rows), find_directions(pair.a))
            stored = unpack(packed, linear.packing)
            written.write(linear.weight, packed.weight, rows.start)
            written.write(linear.scales, packed.scales, rows.start)
            if packed.biases is not None:
                written.write(linear.biases, packed.biases, rows.start)
        else:
            dtype = self._dtype or linear.dtype
            stored = cast(wanted, dtype).astype(mx.float32)
            written.write(linear.weight, cast(wanted, dtype), rows.start)
        self._check_finite(module, linear, stored)
        return _sum(before, wanted, stored)

    def _check_finite(self, module: str, linear: StoredLinear, values: mx.array) -> None:
        if not mx.isfinite(values).all().item():
            raise CommandFault(f"{module} would hold values that are no numbers: the update is too large for {self._name_stored(linear)}")

    def _dequantize_others(self, written: WrittenFiles) -> None:
        updated = {linear.stem for linear in self._updated.values()}
        for stem, linear in self._dequantized.items():
            if stem not in updated:
                for rows in _cut(linear):
                    written.write(linear.weight, self._read(linear, rows), rows.start)

    def _read(self, linear: StoredLinear, rows: Rows) -> mx.array:
        """Read rows (R, in) in float32."""
        if linear.packing:
            return unpack(linear.read_packed(self._files, rows), linear.packing)
        return self._files.read(linear.weight, rows).astype(mx.float32)

    def _is_packed(self, linear: StoredLinear) -> bool:
        return linear.packing is not None and linear.stem not in self._dequantized

    def _name_stored(self, linear: StoredLinear) -> str:
        if linear.packing and self._is_packed(linear):
            return linear.packing.describe()
        dtype = self._dtype or linear.dtype
        return next(name for name, stored in STORED_NAMES.items() if stored == dtype)

    def _describe(self, folder: Path, layout: Layout, total_bytes: int) -> None:
        homes = {name: file.path.name for file in self._files.files for name in file.tensors if layout.get(name, ()) is not None}
        if self._dequantized:
            describe_dequantized(folder, homes, total_bytes=total_bytes)
        elif layout:
            describe_layout(folder, homes, total_bytes=total_bytes)

    def _estimate_bytes(self, layout: Layout) -> int:
        num_values = sum(changed[1][0] * changed[1][1] for changed in layout.values() if changed)
        return sum(file.size_bytes for file in self._files.files) + 4 * num_values


def write_report(folder: Path, report: FuseReport) -> None:
    """Put the report into the folder, in the place of an earlier one."""
    content = msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n"
    unfinished = folder / f".{FILE_NAME}.part"
    unfinished.write_bytes(content)
    unfinished.replace(folder / FILE_NAME)


def _check_fit(adapter: AdapterWeights, base: BaseShape) -> None:
    """See that the adapter, which may have been read without a base, fits this one."""
    misfits = []
    for module, pair in adapter.pairs.items():
        sizes = (pair.a.shape[0], pair.b.shape[1])
        if module not in base.linears:
            misfits.append(f"{module}: no such linear layer in the base")
        elif sizes != base.linears[module]:
            misfits.append(f"{module}: expected {list(base.linears[module])} inputs and outputs, the adapter has {list(sizes)}")
    if misfits:
        raise MismatchedAdapter(misfits)


def _cut(linear: StoredLinear) -> Iterator[Rows]:
    num_rows = max(1, VALUES_AT_ONCE // linear.num_columns)
    return (Rows(start, min(start + num_rows, linear.num_rows)) for start in range(0, linear.num_rows, num_rows))


def _sum(before: mx.array, wanted: mx.array, stored: mx.array) -> Sums:
    update = wanted - before
    products = (mx.square(before), mx.square(wanted), mx.square(update), mx.square(stored - wanted), (stored - before) * update)
    return Sums(*np.array(mx.stack([one.sum() for one in products])).tolist())


def _sync(folder: Path) -> None:
    """See that the files are on the disk before the folder gets its name."""
    for path in (*(one for one in folder.rglob("*") if one.is_file()), folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
