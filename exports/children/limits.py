"""What a child takes from itself before it reads the first byte of a file that somebody sent.

It must never be called in a process that goes on to do other work: what is given up here does not come back.
"""

import ctypes
import resource
from contextlib import suppress
from typing import Final

MEGABYTE: Final = 1024 * 1024
_WITHOUT_NEW_RIGHTS, _NEW_USER, _NEW_NETWORK = 38, 0x10000000, 0x40000000  # prctl(2), unshare(2)


def limit_itself(*, memory: int, cpu_seconds: int, written: int = 0, files: int = 16) -> None:
    """Take from this process what a reader of files does not need: memory, time, files, cores, new rights, the network.

    ``memory`` is of addresses and ``written`` of one file, both in bytes; ``files`` is how many may be open at once.

    Raises:
        OSError, ValueError: a limit could not be set, so nothing may be read.
    """
    for what, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, written),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, files),
    ):
        resource.setrlimit(what, (limit, limit))
    # Where the kernel or the container forbids these two, the limits above still hold.
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.prctl(_WITHOUT_NEW_RIGHTS, 1, 0, 0, 0)
        libc.unshare(_NEW_USER | _NEW_NETWORK)
