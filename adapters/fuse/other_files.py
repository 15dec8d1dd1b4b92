"""What lies beside the weights in a model's folder: the configuration, tokenizer, template and all else that goes along."""

import codecs
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from adapters.base.config.reading import CONFIG_NAME
from adapters.base.json_file import decode_json
from adapters.base.tokens.chat_template import MORE_TEMPLATES
from adapters.base.weights.files import INDEX_NAME, PATTERN
from adapters.files.formats.adapter_format import CONFIG_NAME as ADAPTER_CONFIG_NAME
from adapters.files.training_file import FILE_NAME as TRAINING_NAME
from adapters.fuse.report import FILE_NAME

WEIGHTS = (".safetensors", ".bin", ".pt", ".pth", ".npz", ".h5", ".msgpack", ".onnx", ".gguf", ".ckpt")  # that are of the base unfused
OF_OTHERS = (ADAPTER_CONFIG_NAME, TRAINING_NAME, FILE_NAME)  # of an adapter in the same folder, or of an earlier fusing
QUANTIZATIONS = ("quantization", "quantization_config")


def sort_files(folder: Path) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Give the files of a model's folder that are copied, and the names of what is left there: other weights, and other folders."""
    copied, left = [], []
    for path in sorted(folder.iterdir()):
        if path.match(PATTERN) or path.name == FILE_NAME:
            continue
        if path.name == MORE_TEMPLATES and path.is_dir():
            copied += [one for one in sorted(path.iterdir()) if one.is_file()]
        elif path.is_file() and path.suffix.lower() not in WEIGHTS and path.name not in OF_OTHERS and not path.name.startswith("."):
            copied.append(path)
        else:
            left.append(path.name)
    return tuple(copied), tuple(left)


def copy_files(folder: Path, files: tuple[Path, ...], target: Path) -> None:
    """Copy them, what links lead to and not the links."""
    for file in files:
        place = target / file.relative_to(folder)
        place.parent.mkdir(exist_ok=True)
        shutil.copyfile(file, place)


def describe_dequantized(target: Path, homes: Mapping[str, str], *, total_bytes: int) -> None:
    """Mend the copied configuration and index, where there is one: nothing is quantised any more."""
    config = decode_json(_read(target / CONFIG_NAME), dict[str, Any])
    inner = config.get("text_config")
    for section in (config, inner if isinstance(inner, dict) else {}):
        for name in QUANTIZATIONS:
            section.pop(name, None)
    _write(target / CONFIG_NAME, config)
    describe_layout(target, homes, total_bytes=total_bytes)


def describe_layout(target: Path, homes: Mapping[str, str], *, total_bytes: int) -> None:
    """Mend a copied index after tensors have got another size."""
    index_file = target / INDEX_NAME
    if index_file.exists():
        index = decode_json(_read(index_file), dict[str, Any])
        metadata = index.get("metadata")
        index["metadata"] = (metadata if isinstance(metadata, dict) else {}) | {"total_size": total_bytes}
        index["weight_map"] = {name: homes[name] for name in index.get("weight_map", {}) if name in homes}
        _write(index_file, index)


def _read(file: Path) -> bytes:
    return file.read_bytes().removeprefix(codecs.BOM_UTF8)


def _write(file: Path, values: dict[str, Any]) -> None:
    file.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
