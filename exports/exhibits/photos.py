"""Photos, drawn anew from their pixels alone: upright, in plain colours, with nothing else that the file held.

It must never run in a process that holds keys: it decodes what strangers sent. Runs in `exports/exhibits/child.py`.
"""

import io
import struct
import warnings
from typing import Any, BinaryIO, Final

from PIL import Image, ImageCms, ImageOps

from exports.exhibits.failures import FailedError, Failure

LONGEST_SIDE: Final = 1700  # a page of US Letter at about 150 dots an inch
# Above this the pixels alone would take a quarter of a gigabyte. A JPEG can be read smaller than it is, others cannot.
MOST_PIXELS: Final = 64_000_000
_MOST_JPEG_PIXELS: Final = 256_000_000
_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "HEIF", "AVIF")
_JPEGS: Final = frozenset({"JPEG", "MPO"})  # phones put a second picture behind the first: that is MPO
_QUALITY: Final = 85
_COPY_QUALITY: Final = 92


def register_formats() -> None:
    """Let Pillow read what phones write. To be called before the limits, because it loads libraries."""
    import pillow_heif  # noqa: PLC0415  # it takes longer to load than most photos take to draw

    pillow_heif.register_heif_opener(thumbnails=False)
    Image.preinit()
    Image.init()


def draw_photo(file: BinaryIO) -> tuple[bytes, tuple[int, int], tuple[int, int]]:
    """Draw a photo for a page: the JPEG, its size, and the size of the photo itself, each as width and height.

    Raises:
        FailedError: it has too many pixels.
        OSError, ValueError, SyntaxError: no photo can be read from it.
    """
    with _open(file) as image:
        longest, shortest = max(image.size), min(image.size)
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        plain = _make_plain(image, LONGEST_SIDE)
    # The file may hold the photo lying on its side.
    return write_jpeg(plain), plain.size, (longest, shortest) if plain.width > plain.height else (shortest, longest)


def copy_photo(file: BinaryIO) -> tuple[bytes, str]:
    """Make a photo anew in its full size, without anything hidden in it: the new file and its media type.

    What had no loss stays without (PNG); everything else becomes a JPEG. A JPEG of more pixels than can be held is
    made smaller.

    Raises:
        FailedError: it has too many pixels.
        OSError, ValueError, SyntaxError: no photo can be read from it.
    """
    with _open(file) as image:
        is_png = image.format in {"PNG", "GIF"}
        if image.width * image.height > MOST_PIXELS:
            image.draft("RGB", (image.width // 2, image.height // 2))
        plain = _make_plain(image, None)
    if not is_png:
        return write_jpeg(plain, _COPY_QUALITY), "image/jpeg"
    target = io.BytesIO()
    plain.save(target, "PNG")
    return target.getvalue(), "image/png"


def write_jpeg(image: Any, quality: int = _QUALITY) -> bytes:  # noqa: ANN401  # Pillow's image, PDFium's or ours
    """Write an image as a JPEG without transparency, profile or any description."""
    plain = image if image.mode in {"RGB", "L"} else image.convert("RGB")
    target = io.BytesIO()
    plain.save(target, "JPEG", quality=quality)
    return target.getvalue()


def _open(file: BinaryIO) -> Any:  # noqa: ANN401  # Pillow's own classes differ by format
    # Pillow's own guard is turned off, because it knows nothing of drafts: the sizes are looked at below.
    Image.MAX_IMAGE_PIXELS = None
    warnings.simplefilter("ignore")
    image = Image.open(file, formats=_FORMATS)
    if image.width * image.height > (_MOST_JPEG_PIXELS if image.format in _JPEGS else MOST_PIXELS):
        raise FailedError(Failure.TOO_MANY_PIXELS)
    return image


def _make_plain(image: Any, longest_side: int | None) -> Any:  # noqa: ANN401  # the same
    """New pixels and nothing but pixels: upright, on white, in sRGB."""
    image.load()
    if longest_side:
        image.thumbnail((longest_side, longest_side))
    profile = image.info.get("icc_profile")
    upright = _turn_upright(image)
    if "A" in upright.getbands() or "transparency" in upright.info:
        whole = upright.convert("RGBA")
        flat = Image.new("RGB", whole.size, "white")
        flat.paste(whole, mask=whole)
    else:
        flat = upright.convert("RGB")
    if profile and upright.mode == "RGB":
        flat = _convert_colours(flat, profile)
    plain = Image.new("RGB", flat.size)
    plain.paste(flat)
    return plain


def _turn_upright(image: Any) -> Any:  # noqa: ANN401  # the same
    try:
        return ImageOps.exif_transpose(image)
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, struct.error):
        # Many an app writes broken descriptions: the photo is still a photo.
        return image


def _convert_colours(image: Any, profile: bytes) -> Any:  # noqa: ANN401  # the same
    """The same colours in sRGB, because the profile goes: it can name the device. A broken one counts as none."""
    try:
        return ImageCms.profileToProfile(
            image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
