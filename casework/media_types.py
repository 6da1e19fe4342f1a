"""How files that were handed in leave this site: by types of our own list, so that no browser runs one.

A type that is not here, whatever a report says, leaves as a plain row of bytes.
"""

from models.evidence import EvidenceFile, FileKind

PLAIN = "application/octet-stream"

# What a browser may be told that it plays. Nothing in here can hold script.
_PLAYED: dict[str, str] = {
    "audio/aac": "aac",
    "audio/amr": "amr",
    "audio/amr-wb": "awb",
    "audio/flac": "flac",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "audio/webm": "weba",
    "audio/3gpp": "3gp",
    "audio/x-matroska": "mka",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/3gpp": "3gp",
    "video/ogg": "ogv",
    "video/webm": "webm",
    "video/x-matroska": "mkv",
    "video/x-msvideo": "avi",
}
# Only for the name of what is downloaded.
_OTHER: dict[str, str] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/heic": "heic",
    "image/heif": "heif",
    "image/avif": "avif",
    "application/pdf": "pdf",
    "application/rtf": "rtf",
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "text/plain": "txt",
}


def find_played_type(file: EvidenceFile) -> str | None:
    """Return the type under which a recording may be played, or None for what is not played."""
    is_recording = file.kind in {FileKind.AUDIO.value, FileKind.VIDEO.value}
    return file.media_type if is_recording and file.media_type in _PLAYED else None


def find_extension(media_type: str) -> str:
    """Return the ending of a file name for a type of our own list, and "bin" for any other."""
    return (_PLAYED | _OTHER).get(media_type, "bin")


def make_download_name(reference: str, file: EvidenceFile) -> str:
    """Make the name of a download: reference and id, never a word of the reporter's."""
    return f"{reference}-{file.id[:8]}.{find_extension(file.media_type)}"
