"""`python -m scoring`: answers from files or standard input, scored without a model, as a table or as JSON."""

import os
import sys
from collections.abc import Sequence

from scoring.options import Options, parse_options


def main(argv: Sequence[str] | None = None) -> int:
    """Score everything and give the exit code."""
    options = parse_options(argv)
    if (closed := _closed_stream(options)) is not None:
        print(f"scoring: {closed}: it is closed", file=sys.stderr)
        return 2
    try:
        return _run(options)
    except BrokenPipeError:  # whoever read has seen enough
        _drop_output()
        return 0
    except OSError as exc:  # what cannot be read has been named in its place
        print(f"scoring: standard output: {exc.strerror}", file=sys.stderr)
        _drop_output()
        return 2
    except KeyboardInterrupt:
        return 130  # as a shell counts it: 128 and SIGINT


def _closed_stream(options: Options) -> str | None:
    """Name the standard stream that is needed and was closed by whoever started this: Python puts None in its place."""
    if sys.stdin is None and "-" in options.files:
        return "standard input"
    return "standard output" if sys.stdout is None else None


def _drop_output() -> None:
    """Python flushes once more at exit, and that must not complain as well."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(options: Options) -> int:
    # Only now, with the flags known to be right: --help needs none of this.
    import msgspec

    from scoring.answers import Unread, read_answers
    from scoring.printable import printable, printable_json
    from scoring.verdict import score

    if "-" in options.files and sys.stdin.isatty():
        print("scoring: reading standard input; Ctrl-D ends it", file=sys.stderr)
    num_unread = 0
    rows = []
    for answer in read_answers(options.files, form=options.form, standard_input=sys.stdin.buffer):
        if isinstance(answer, Unread):
            num_unread += 1
            print(f"scoring: {printable(answer.where)}: {printable(answer.why)}", file=sys.stderr)
            continue
        scores = score(
            answer.text,
            prompt=options.prompt if answer.prompt is None else answer.prompt,
            scorer=options.scorer,
            finish_reason=answer.finish_reason,
            num_tokens=answer.num_tokens,
            max_tokens=answer.max_tokens,
        )
        if options.is_json:
            line = msgspec.json.encode({"id": answer.id} | msgspec.structs.asdict(scores)).decode()
            sys.stdout.buffer.write(printable_json(line).encode() + b"\n")
            sys.stdout.buffer.flush()  # whoever reads line by line need not wait for the end
        else:
            rows.append((answer.id, scores))
    if not options.is_json:
        from scoring.table import render_table

        print(render_table(rows), end="", flush=True)
    return 2 if num_unread else 0


if __name__ == "__main__":
    sys.exit(main())
