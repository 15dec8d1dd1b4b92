"""The command that puts the best checkpoint in place."""

import shlex

from clients.asking.endpoint import plain_url
from clients.checkpoints.options import CheckpointOptions
from clients.report.provenance import Provenance
from clients.report.rerun_command import CONTINUED, list_condition_flags


def write_promote_command(options: CheckpointOptions, path: str, provenance: Provenance) -> str:
    """Write the command line for the checkpoint at `path`, as the server sees it; keys are left to the reader.

    Its seeds are those behind the sweep's: the best of many is best by luck, too, and replies that were drawn anew know nothing of that.
    """
    flags = [("--url", plain_url(provenance.endpoint)), ("--adapter", options.adapter), ("--path", path)]
    if options.baseline is not None:
        flags.append(("--baseline", options.baseline))
    given = {flag: (flag, *value) for flag, *value in list_condition_flags(provenance)}
    given["--probes"] = ("--probes", options.battery.probes)  # a file by its path, where a report has its name
    if provenance.seed is not None:
        given["--seed"] = ("--seed", str(provenance.seed + provenance.samples))
    words = (" ".join((flag, *map(shlex.quote, value))) for flag, *value in (*flags, *given.values()))
    return CONTINUED.join(("python -m clients.promote", *words))
