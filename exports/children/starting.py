"""Starting a program of ours as a child that inherits nothing.

It must never fork this process as it is: a fork would hold the keys of whoever works here, and the site's settings.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Final

_ROOT: Final = Path(__file__).resolve().parents[2]
# -I: no folder of the user's, no PYTHON* setting; -B: nothing is written beside the programs.
_FLAGS: Final = ("-I", "-B")
_START: Final = (
    "import runpy, sys; sys.path.insert(0, sys.argv[1]); sys.argv[:2] = []; "
    "runpy.run_path(sys.argv[0], run_name='__main__')"
)


def start_child(program: Path, *arguments: str, handed: tuple[int, ...] = ()) -> subprocess.Popen[bytes]:
    """Start a Python program of ours in a fresh interpreter: empty environment, its own session, pipes in and out.

    ``handed`` are the only file descriptors, apart from the pipes, that it gets.

    Raises:
        OSError: the machine starts no process now.
    """
    return subprocess.Popen(  # noqa: S603  # our own program, by its own path
        [sys.executable, *_FLAGS, "-c", _START, str(_ROOT), str(program), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
        start_new_session=True,
        pass_fds=handed,
    )


def end_child(child: subprocess.Popen[bytes]) -> None:
    """Kill a child, if it still runs, and let go of its pipes."""
    child.kill()
    for pipe in (child.stdin, child.stdout):
        try:
            if pipe is not None:
                pipe.close()
        except OSError:
            # What was still to be written to it is of no use to anybody now.
            continue
    child.wait()


@contextmanager
def kill_after(child: subprocess.Popen[bytes], seconds: float) -> Iterator[None]:
    """Kill a child that is not done after so many seconds; whoever reads from it then finds the end."""
    timer = Timer(seconds, child.kill)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
