"""What can be said of a recording without playing it: how long it is, and in which form.

It must never say where, when or on what it was recorded: a slip sheet goes into every copy, also those for strangers.
Runs in `exports/exhibits/child.py`.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, BinaryIO

from pymediainfo import MediaInfo

from exports.exhibits.failures import FailedError, Failure


def read_recording(file: BinaryIO) -> dict[str, str]:
    """Read length (h:mm:ss), format and size of the picture.

    Raises:
        FailedError: nothing of the kind can be read.
    """
    tracks = [track.to_data() for track in MediaInfo.parse(file).tracks]
    general = _find(tracks, "General")
    video = _find(tracks, "Video")
    facts = {}
    with suppress(KeyError, ValueError, OverflowError):
        facts["length"] = format_length(float(general["duration"]) / 1000)
    if general.get("format"):
        facts["format"] = str(general["format"])
    if video.get("width") and video.get("height"):
        facts["picture"] = f"{video['width']} x {video['height']} pixels"
    if "length" not in facts:
        raise FailedError(Failure.NOT_HEARD)
    return facts


def _find(tracks: list[dict[str, Any]], kind: str) -> Mapping[str, Any]:
    return next((track for track in tracks if track.get("track_type") == kind), {})


def format_length(seconds: float) -> str:
    """A length of time as h:mm:ss, to the nearest second."""
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
