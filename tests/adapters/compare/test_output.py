"""Where the comparison's files go."""

import os
import threading
from pathlib import Path

from adapters.compare.output import write_output


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_text("old")
    link.symlink_to(real)
    write_output(link, b"new")
    assert link.is_symlink() and real.read_bytes() == b"new"


def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=write_output, args=(pipe, b"new"), daemon=True)
    writer.start()
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    writer.join(5)
    assert not writer.is_alive() and pipe.is_fifo()
    assert os.read(reader, 10) == b"new"
    os.close(reader)


def test_a_file_of_the_process_is_written_into(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as file:
        write_output(Path(f"/dev/fd/{file.fileno()}"), b"new")
    assert (tmp_path / "out").read_bytes() == b"new"
