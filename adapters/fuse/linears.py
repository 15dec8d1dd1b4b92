"""Where a model's linear layers lie in its weight files, and how they are quantised there."""

from typing import Any

import msgspec

from adapters.base.config.structs import ModelConfig
from adapters.base.errors import ModelLoadError
from adapters.base.weights.names import name_as_text
from adapters.base.weights.shapes import find_base_shape, find_packing
from adapters.fuse.packing import AFFINE, OTHER_MODES, WORD_BITS, Packed, Packing
from adapters.fuse.weight_files import Rows, WeightFiles

WEIGHT, SCALES, BIASES = ".weight", ".scales", ".biases"
OTHER_SCALES_DTYPE = "U8"


class StoredLinear(msgspec.Struct, frozen=True, kw_only=True):
    """A matrix (out, in) in the files."""

    stem: str  # of its tensors' names there
    num_rows: int
    num_columns: int
    dtype: str  # as stored; of the scales where it is quantised in an affine mode
    packing: Packing | None = None

    @property
    def weight(self) -> str:
        """Name the tensor with the values, or the codes."""
        return self.stem + WEIGHT

    @property
    def scales(self) -> str:
        """Name the tensor with the groups' scales."""
        return self.stem + SCALES

    @property
    def biases(self) -> str:
        """Name the tensor with what the groups begin at."""
        return self.stem + BIASES

    def read_packed(self, files: WeightFiles, rows: Rows) -> Packed:
        """Read rows of a quantised one as they are."""
        biases = files.read(self.biases, rows) if self.biases in files else None
        return Packed(files.read(self.weight, rows), files.read(self.scales, rows), biases)


def find_linears(config: ModelConfig, files: WeightFiles) -> dict[str, StoredLinear]:
    """Give the linear layers of the text model's layers, by the names that they have in one that stands by itself."""
    shapes = find_base_shape(config.text).linears
    stems = {}
    for name in files.tensors:
        own = name_as_text(name, is_nested=config.is_nested)
        if own is not None and own.endswith(WEIGHT) and (module := own.removesuffix(WEIGHT)) in shapes:
            stems[module] = name.removesuffix(WEIGHT)
    return {module: _describe(config, files, module, stem, shapes[module]) for module, stem in sorted(stems.items())}


def find_quantized(config: ModelConfig, files: WeightFiles) -> dict[str, StoredLinear]:
    """Give all that is quantised, the embedding and what sees images too, by the stems of their tensors. Raises ModelLoadError."""
    found = {}
    for name, tensor in files.tensors.items():
        stem = name.removesuffix(WEIGHT)
        if stem == name or stem + SCALES not in files:
            continue
        own = name_as_text(name, is_nested=config.is_nested)
        packing = _find_packing_of_stranger(config, files, stem) if own is None else _find_packing_of_own(config, files, own, stem)
        num_columns = tensor.shape[1] * WORD_BITS // packing.bits
        found[stem] = StoredLinear(
            stem=stem, num_rows=tensor.shape[0], num_columns=num_columns, dtype=_plain_dtype(packing), packing=packing
        )
    return found


def _describe(config: ModelConfig, files: WeightFiles, module: str, stem: str, shape: tuple[int, int]) -> StoredLinear:
    num_columns, num_rows = shape
    packing = _find_packing(config, files, module, stem, num_columns) if config.quantization and stem + SCALES in files else None
    dtype = _plain_dtype(packing) if packing else files[stem + WEIGHT].dtype
    return StoredLinear(stem=stem, num_rows=num_rows, num_columns=num_columns, dtype=dtype, packing=packing)


def _find_packing_of_own(config: ModelConfig, files: WeightFiles, name: str, stem: str) -> Packing:
    module = name.removesuffix(WEIGHT)
    num_columns, _ = find_base_shape(config.text).linears.get(module, (config.text.hidden_size, 0))  # of embedding and head else
    return _find_packing(config, files, module, stem, num_columns)


def _find_packing(config: ModelConfig, files: WeightFiles, module: str, stem: str, num_columns: int) -> Packing:
    bits, size = find_packing(config, module, files[stem + WEIGHT], files[stem + SCALES], num_columns)
    return _name_packing(files, stem, bits, size)


def _find_packing_of_stranger(config: ModelConfig, files: WeightFiles, stem: str) -> Packing:
    """Go by what is said of a matrix that is not the text model's: nothing else tells how wide it is."""
    told: dict[str, Any] = config.quantization or {}
    own: Any = told.get(stem)
    setting = own if isinstance(own, dict) else told
    bits, size = setting.get("bits", 0), setting.get("group_size", 0)
    weight, scales = files[stem + WEIGHT].shape, files[stem + SCALES].shape
    if not bits or len(weight) != 2 or len(scales) != 2 or weight[1] * WORD_BITS != scales[1] * bits * size:
        raise ModelLoadError(f"{stem} is quantised otherwise than config.json says, so it cannot be dequantised: leave out --dequantize")
    return _name_packing(files, stem, bits, size)


def _name_packing(files: WeightFiles, stem: str, bits: int, size: int) -> Packing:
    dtype = files[stem + SCALES].dtype
    if dtype != OTHER_SCALES_DTYPE:
        return Packing(bits, size, AFFINE, dtype)
    if (bits, size) not in OTHER_MODES:
        raise ModelLoadError(f"{stem} is quantised to {bits} bits in groups of {size} with scales of {dtype}, which is no mode of MLX's")
    return Packing(bits, size, OTHER_MODES[bits, size], dtype)


def _plain_dtype(packing: Packing) -> str:
    """Give the dtype that the values have once they are dequantised."""
    return "BF16" if packing.scales_dtype == OTHER_SCALES_DTYPE else packing.scales_dtype
