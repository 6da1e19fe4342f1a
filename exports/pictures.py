"""Pictures of a finished document's pages, for looking at it before it is made."""

import io
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Final

MOST_PAGES: Final = 12
_WIDTH: Final = 900  # pixels: sharp enough to read on a screen


@dataclass(frozen=True)
class PagePicture:
    """One page: a JPEG, and the words that stand on it for who cannot see it."""

    image: bytes = field(repr=False)
    text: str = field(repr=False)

    @property
    def address(self) -> str:
        """The picture as an address that holds it whole (RFC 2397)."""
        return f"data:image/jpeg;base64,{b64encode(self.image).decode()}"


def draw_pictures(content: bytes, most: int = MOST_PAGES) -> tuple[PagePicture, ...]:
    """Draw the first pages of a PDF that we made ourselves."""
    # Loaded when it is needed: who only reads the queue need not wait for it.
    import pypdfium2  # noqa: PLC0415

    document = pypdfium2.PdfDocument(content)
    pictures = []
    for number in range(min(len(document), most)):
        page = document[number]
        target = io.BytesIO()
        page.render(scale=_WIDTH / page.get_width()).to_pil().convert("RGB").save(target, "JPEG", quality=80)
        words = page.get_textpage().get_text_range()
        pictures.append(PagePicture(target.getvalue(), words.replace("\r\n", "\n")))
        page.close()
    document.close()
    return tuple(pictures)
