"""The command's work: the adapter on its base is asked, the model is written, and the written one is asked the same."""

from collections.abc import Callable

import msgspec

from adapters.base.config.reading import read_config
from adapters.base.device import Device
from adapters.base.errors import ModelLoadError
from adapters.base.weights.shapes import find_base_shape
from adapters.command import CommandFault
from adapters.files.reading import read_adapter
from adapters.fuse.check_prompts import SHIPPED, read_check_prompts
from adapters.fuse.checking import answer_with_adapter, compare_answers
from adapters.fuse.fusing import check_fusing, fuse, write_report
from adapters.fuse.options import FuseOptions
from adapters.fuse.sources import find_adapter, find_base
from adapters.fuse.telling import tell_check, tell_report


def run(options: FuseOptions, device: Device, *, tell: Callable[[str], None]) -> None:
    """Do all that was asked for. Raises CommandFault, ModelLoadError or AdapterError, before anything is written if it can."""
    prompts = read_check_prompts(options.check_prompts or SHIPPED) if options.checks else ()
    model = find_base(options.model)
    base = find_base_shape(read_config(model).text) if model.is_dir() else None
    adapter = read_adapter(find_adapter(options.adapter), base=base)
    check_fusing(
        model,
        adapter,
        options.output,
        scale=options.scale,
        dequantizes=options.dequantizes,
        dtype=options.dtype,
        overwrites=options.overwrites,
    )
    reference = None
    if options.checks:
        tell(f"asking the adapter on its base {len(prompts)} prompts")
        reference = answer_with_adapter(model, adapter, device, scale=options.scale, prompts=prompts, most_tokens=options.check_tokens)
    report = fuse(
        model,
        adapter,
        options.output,
        scale=options.scale,
        dequantizes=options.dequantizes,
        dtype=options.dtype,
        overwrites=options.overwrites,
    )
    for line in tell_report(report, options.output):
        tell(line)
    if reference:
        try:
            check = compare_answers(options.output, reference, device)
        except ModelLoadError as exc:
            raise CommandFault(f"{options.output} was written, but cannot be checked: {exc}") from exc
        write_report(options.output, msgspec.structs.replace(report, check=check))
        for line in tell_check(report, check):
            tell(line)
