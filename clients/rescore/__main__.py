"""`python -m clients.rescore`: saved replies scored anew, without asking anybody."""

import sys
from collections.abc import Sequence

from clients.errors import ClientError
from clients.rescore.options import RescoreOptions, parse_options
from clients.telling import tell


def main(argv: Sequence[str] | None = None) -> int:
    """Rescore and give the exit code."""
    options = parse_options(argv)
    try:
        _rescore(options)
    except ClientError as exc:
        tell("rescore", exc)
        return exc.exit_code
    return 0


def _rescore(options: RescoreOptions) -> None:
    # Only now, with the flags known to be right: the tables and NumPy take half a second to import.
    from clients.file_writing import check_writable
    from clients.probes.pack import PACK_NAMES, load_pack
    from clients.records.replies_file import write_replies
    from clients.report.files import check_places, write_report_files
    from clients.report.table import open_console, print_report
    from clients.rescore.rescoring import rescore
    from clients.rescore.saved_run import read_run

    check_places(options, with_replies=False)
    if options.replies is not None:
        check_writable(options.replies)
    packs = [load_pack(name, options.mending) for name in ([options.probes] if options.probes else PACK_NAMES)]
    for pack in packs:
        if pack.mended is not None:
            tell("rescore", f"{pack.name}: {pack.mended.words}")
    report = rescore(read_run(options.file, packs, options.mending), options.scorer, options.baseline)
    print_report(report, open_console())
    write_report_files(report, options)
    if options.replies is not None:
        write_replies(report.asked_records, options.replies)


if __name__ == "__main__":
    sys.exit(main())
