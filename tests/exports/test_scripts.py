"""Stories in the scripts of the people who tell them, read back from the drawn page by another program."""

import re
import subprocess
import unicodedata
from collections.abc import Callable

import pytest

from exports.case_file import CaseFile, Language, Variant
from exports.documents.summary import render_case_summary
from exports.redaction.redacting import redact

TellStory = Callable[[Language, str], CaseFile]
ReadPages = Callable[[bytes], list[str]]

STORIES = {
    Language("es", "Spanish"): "El oficial me detuvo sin explicación y preguntó: ¿dónde nació usted, señor?",
    Language("ar", "Arabic", "rtl"): "أوقفني الشرطي دون أن يشرح السبب، وطلب هويتي الساعة 6:30 صباحا (بلا مترجم).",
    Language("fa", "Persian", "rtl"): "پلیس بدون توضیح مرا متوقف کرد. گفت «کجا می‌روی؟» و رفت.",
    Language("vi", "Vietnamese"): "Cảnh sát chặn tôi lại trên đường và đòi xem giấy tờ. Tôi đã trả lời.",
    Language("hmn", "Hmong"): "Tub ceev xwm tau nres kuv thaum kuv tab tom mus tsev thiab tshawb kuv lub hnab.",
    Language("so", "Somali"): "Booliisku way i joojiyeen iyagoo aan sabab sheegin, sawirna way qaadeen.",
    Language("ksw", "S'gaw Karen"): "ပၢၤကီၢ်တဖၣ်ပတုာ်ယၤလၢကျဲပူၤဒီးသံကွၢ်ယၤ။ ယတသ့ၣ်ညါဘၣ်။",
    Language("my", "Burmese"): "ရဲအရာရှိက ကျွန်တော့်ကို လမ်းပေါ်မှာ တားခဲ့သည်။",
    Language("am", "Amharic"): "ፖሊሱ ያለ ምክንያት አስቆመኝ። ለሦስተኛ ጊዜ ነው።",
    Language("fr", "French"): "L'agent m'a menotté devant l'école. « Assieds-toi », dit-il, et il a ri.",
    Language("en", "English"): "The officer took my tribal ID and said it was not real.",
    Language("zh-Hans", "Chinese"): "警察在法院门口逮捕了我。他没有说明理由。我的律师当时不在场。",
}


def bare(text: str) -> str:
    """Letters and signs alone: without white space and format characters, both of which readers of PDF add."""
    return "".join(
        character
        for character in unicodedata.normalize("NFC", text)
        if not character.isspace() and unicodedata.category(character) != "Cf"
    )


def has_font_for(text: str) -> bool:
    """Whether this machine has a font with every Chinese character of the text."""
    wanted = ",".join(f"{ord(character):x}" for character in set(text) if ord(character) >= 0x3000)
    if not wanted:
        return True
    found = subprocess.run(["fc-list", f":charset={wanted.replace(',', ' ')}"], capture_output=True, check=True)
    return bool(found.stdout.strip())


@pytest.mark.parametrize("language", STORIES, ids=lambda language: language.code)
def test_story_can_be_read_back(tell_story: TellStory, read_pages: ReadPages, language: Language) -> None:
    """A story told over many lines is found whole, in order, in the text of the PDF, and nothing of it is missing."""
    story = STORIES[language]
    if not has_font_for(story):
        pytest.skip("No font for this script is installed.")
    told = " ".join([story] * 5)
    pdf = render_case_summary(redact(tell_story(language, told), Variant.FACTS)).content
    text = bare("".join(read_pages(pdf)))
    if language.direction == "ltr":
        assert bare(told).replace("-", "") in text.replace("-", "")  # a hyphen at the end of a line is taken for ours
    else:
        # Where a page runs left to right, pdftotext reads the clauses of a line that does not in the order of its own.
        for clause in re.findall(r"\w+", bare(story.replace(" ", "."))):
            assert text.count(clause) >= 5


@pytest.mark.parametrize("language", STORIES, ids=lambda language: language.code)
def test_every_font_is_embedded(tell_story: TellStory, language: Language) -> None:
    """Each font of the page travels in the file, with a table from its glyphs to characters."""
    pdf = render_case_summary(redact(tell_story(language, STORIES[language]), Variant.FACTS)).content
    done = subprocess.run(["pdffonts", "-"], input=pdf, capture_output=True, check=True)
    lines = done.stdout.decode().splitlines()[2:]
    assert lines
    for line in lines:
        embedded, _subset, to_unicode = line.split()[-5:-2]
        assert (embedded, to_unicode) == ("yes", "yes")


def test_right_to_left_stands_at_the_right(tell_story: TellStory) -> None:
    """A short Arabic story begins at the right edge of its column, a Spanish one at the left."""
    starts = {}
    for language in (Language("ar", "Arabic", "rtl"), Language("es", "Spanish")):
        word = {"ar": "شرطي", "es": "policía"}[language.code]
        pdf = render_case_summary(redact(tell_story(language, word), Variant.FACTS)).content
        done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
        line = next(line for line in done.stdout.decode().splitlines() if word in bare(line))
        starts[language.code] = line.index(word[0])
    assert starts["ar"] > 60
    assert starts["es"] < 20
