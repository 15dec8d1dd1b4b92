"""mlx-lm's own greedy answers, in a process of its own: a question a line of JSON, and an answer a line.

python -m bench.machine.reference FOLDER DTYPE      (DTYPE `-` leaves the weights as they are)
"""

import sys

from adapters.base.device import prepare_device

prepare_device()

import msgspec  # noqa: E402

from bench.machine.questions import Ask, Ready, Weigh  # noqa: E402
from bench.parity.reference import Reference  # noqa: E402


def main() -> None:
    """Load the model and answer until stdin ends."""
    folder, dtype = sys.argv[1:]
    reference = Reference(folder, adapter=None, dtype=None if dtype == "-" else dtype)
    _write(Ready(eos_ids=tuple(sorted(reference.eos_ids))))
    decoder = msgspec.json.Decoder(Ask | Weigh)
    for line in sys.stdin.buffer:
        match decoder.decode(line):
            case Ask() as ask:
                _write(reference.answer(ask.prompt, max_tokens=ask.max_tokens))
            case Weigh() as weigh:
                _write(reference.gap(weigh.prompt, weigh.continuation, weigh.parting))


def _write(answer: msgspec.Struct) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
