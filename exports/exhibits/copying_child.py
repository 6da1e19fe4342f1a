"""The child that becomes ffmpeg: it limits itself first, and then gives its place to the program that copies streams.

Run as a program of its own by `exports/children/starting.py`. It must never be given a name of a file: what is read and
what is written lies in memory, under two numbers that its parent hands down.
"""

import os
import sys
from typing import Final

from exports.children.limits import MEGABYTE, limit_itself

_MEMORY: Final = 1024 * MEGABYTE
_FILES: Final = 32


def list_arguments(program: str, read_from: int, write_to: int, demuxer: str, muxer: str) -> list[str]:
    """What ffmpeg is told: sound and pictures as they are, and nothing that describes them.

    Tracks of data go (phones keep the way that was gone in one), and so do pictures that are attached, subtitles,
    chapters, tags of the whole and of each stream, and what ffmpeg would write of itself.
    """
    return [
        program,
        *("-nostdin", "-loglevel", "quiet", "-threads", "1"),
        # The form is named, never guessed: a list of addresses that is called a video would be followed.
        *("-protocol_whitelist", "file", "-f", demuxer, "-i", f"/proc/self/fd/{read_from}"),
        *("-map", "0:V?", "-map", "0:a?", "-map_metadata", "-1", "-map_chapters", "-1", "-dn", "-sn"),
        *("-c", "copy", "-fflags", "+bitexact", "-flags", "+bitexact"),
        *(("-id3v2_version", "0") if muxer == "mp3" else ()),
        *("-f", muxer, "-y", f"/proc/self/fd/{write_to}"),
    ]


def main() -> None:
    """Limit this process and become ffmpeg."""
    program, read_from, write_to, demuxer, muxer, cpu_seconds, written = sys.argv[1:]
    limit_itself(memory=_MEMORY, cpu_seconds=int(cpu_seconds), written=int(written), files=_FILES)
    os.execv(  # noqa: S606  # a program by its whole path, no shell
        program, list_arguments(program, int(read_from), int(write_to), demuxer, muxer)
    )


if __name__ == "__main__":
    main()
