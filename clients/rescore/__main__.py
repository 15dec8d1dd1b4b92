"""`python -m clients.rescore`: saved replies scored anew, without asking anybody."""

import sys
from collections.abc import Sequence

from clients.battery.errors import BatteryError
from clients.rescore.options import RescoreOptions, parse_options


def main(argv: Sequence[str] | None = None) -> int:
    """Rescore and give the exit code."""
    options = parse_options(argv)
    try:
        _rescore(options)
    except BatteryError as exc:
        print(f"rescore: {exc}", file=sys.stderr)
        return exc.exit_code
    return 0


def _rescore(options: RescoreOptions) -> None:
    # Only now, with the flags known to be right: the tables and NumPy take half a second to import.
    from clients.battery.probe_packs import PACK_NAMES, load_pack
    from clients.battery.report_html import render_html
    from clients.battery.report_json import check_writable, write_report
    from clients.battery.report_markdown import render_markdown
    from clients.battery.report_table import open_console, print_report
    from clients.battery.whole_file import replace_file
    from clients.rescore.rescoring import rescore
    from clients.rescore.saved_run import read_run

    for path in (options.output, options.markdown, options.html):
        if path is not None:
            check_writable(path)
    packs = [load_pack(name) for name in ([options.probes] if options.probes else PACK_NAMES)]
    report = rescore(read_run(options.file, packs), options.scorer, options.baseline)
    print_report(report, open_console())
    if options.output is not None:
        write_report(report, options.output)
    if options.markdown is not None:
        replace_file(options.markdown, render_markdown(report).encode())
    if options.html is not None:
        replace_file(options.html, render_html(report).encode())


if __name__ == "__main__":
    sys.exit(main())
