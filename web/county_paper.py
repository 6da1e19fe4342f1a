"""What stands on the paper about a county's agreements, part by part, in a reader's language. Public facts only.

Which paper it becomes is not known here: each part is a kind and its lines.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from web.county_words import OF_THE_STATE, UNPLACED, CountyWords, SourceWords
from web.csrf import N_
from web.languages import DEFAULT_LANGUAGE, gettext
from web.texts import read_text

FOOT = N_("General information, not legal advice. Public facts, each with its source.")
YOUR_COUNTY = N_("My county")
ANY_OF_STATE = N_("Any county of {state}")
NOT_LISTED_HERE = N_("As far as we know, no office of these counties is on ICE's list of {date}:")
OWN_PAPER = N_("About these counties we know more. Each has a page and a paper of its own:")
ANY_COUNTY_ANSWER = N_("This paper is for any county. The web page says what is known of yours.")
HOW_TO_REPORT = N_("How to tell us what happened")
REPORT_AT = N_("On this web page, without a name and without an account: {address}")
REPORT_HERE = N_("On the web page from which you have this paper, without a name and without an account.")
MADE_OF = N_("As of ICE's list of {date}.")
SOURCES = N_("Sources")
WHO_DECIDES = N_(
    "The head of the office signs the agreement and can end it: for a county most often the sheriff, whom the voters "
    "elect. The county board decides about the sheriff's money, and holds open meetings. In Minnesota only the county "
    "board may agree to it, says the state's Attorney General (December 12, 2025)."
)
LETTER_FOLLOWS = N_("The last page is the letter. It can go in the mail as it is.")
LETTER_IN_ENGLISH = N_("The letter is in English, because the office reads English. This is what it says.")
# The letter goes to an office: its own words stay English on every paper.
_LETTER_LINES = ("Date", "To", "From")
_LETTER_SUBJECT = "{county}, {state}: {what} with ICE under section 287(g)"


@dataclass(frozen=True)
class PaperPart:
    """One part: "lead", "h2", "h3", "p", "ul", "ol" or "blank" (a line to write on)."""

    kind: str
    lines: tuple[str, ...] = ()
    language: str = ""


@dataclass(frozen=True)
class StateWords:
    """A state's counties of which no source says anything, and those of which one does; `agencies` are the state's own.

    `list_date` is the day of ICE's newest list, in words; `unplaced` so many agencies with an agreement have no county.
    """

    state: str
    list_date: str
    not_listed: tuple[str, ...]
    told: tuple[str, ...]
    agencies: tuple[str, ...]
    unplaced: int = 0


@dataclass(frozen=True)
class CountyPaper:
    """A paper: its title, what stands at the foot of each page, its parts in order, and the letter on its last page."""

    title: str
    foot: str
    parts: tuple[PaperPart, ...]
    letter: tuple[PaperPart, ...]


def compose_county_paper(
    words: CountyWords | None, language: str, *, texts: Path | None = None, address: str = ""
) -> CountyPaper:
    """Compose the paper of a county, or of any county when `words` is None; `address` is the public site's."""
    writer = _Writer(language, texts)
    place = f"{words.county}, {words.state}" if words else writer.say(YOUR_COUNTY)
    parts = (
        *(writer.write_answer(words) if words else writer.write_any()),
        *writer.write_agencies(words),
        *writer.write_points(words),
        *writer.write_rights(address),
        *(writer.write_sources(words.sources) if words and words.sources else ()),
        *writer.announce_letter(words),
    )
    return CountyPaper(f"287(g): {place}", writer.say(FOOT), parts, tuple(writer.write_letter(words)))


def compose_state_paper(
    words: StateWords, language: str, *, texts: Path | None = None, address: str = ""
) -> CountyPaper:
    """Compose the paper for the counties of a state that are on no list: it names them, and says so of them."""
    writer = _Writer(language, texts)
    parts = (
        *writer.write_state(words),
        *writer.write_points(None),
        *writer.write_rights(address),
        *writer.announce_letter(None),
    )
    title = f"287(g): {writer.say(ANY_OF_STATE).format(state=words.state)}"
    return CountyPaper(title, writer.say(FOOT), parts, tuple(writer.write_letter(None, words.state)))


class _Writer:
    def __init__(self, language: str, texts: Path | None) -> None:
        self._language = language
        self._texts = texts

    def say(self, message: str) -> str:
        return gettext(message, self._language)

    def _head(self, message: str, kind: str = "h2") -> PaperPart:
        return PaperPart(kind, (self.say(message),))

    def _read(self, block: str, language: str = "") -> Iterator[PaperPart]:
        for passage in read_text(block, language or self._language, self._texts):
            kind = {"h": "h3"}.get(passage.kind, passage.kind)
            yield PaperPart(kind, passage.lines, language if language != self._language else "")

    def write_any(self) -> Iterator[PaperPart]:
        yield PaperPart("p", (self.say(ANY_COUNTY_ANSWER),))
        yield PaperPart("blank", (self.say(YOUR_COUNTY),))
        yield self._head(N_("What a 287(g) agreement is"))
        yield from self._read("agreement_basics")

    def write_state(self, words: StateWords) -> Iterator[PaperPart]:
        yield PaperPart("blank", (self.say(YOUR_COUNTY),))
        yield self._head(N_("Is my county in a 287(g) agreement?"))
        yield PaperPart("p", (self.say(NOT_LISTED_HERE).format(date=words.list_date),))
        yield PaperPart("p", (", ".join(words.not_listed),))
        if words.told:
            yield self._head(OWN_PAPER, "p")
            yield PaperPart("p", (", ".join(words.told),))
        if words.unplaced:
            yield PaperPart("p", (self.say(UNPLACED).format(number=words.unplaced, state=words.state),))
        if words.agencies:
            yield PaperPart("p", (self.say(OF_THE_STATE).format(agencies="; ".join(words.agencies)),))
        yield from self._read("agreement_record")
        yield self._head(N_("What a 287(g) agreement is"))
        yield from self._read("agreement_basics")

    def write_answer(self, words: CountyWords) -> Iterator[PaperPart]:
        yield self._head(N_("Is my county in a 287(g) agreement?"))
        yield PaperPart("lead", (words.headline,))
        yield from (PaperPart("p", (sentence,)) for sentence in words.sentences)
        if words.list_date:
            yield PaperPart("p", (self.say(MADE_OF).format(date=words.list_date),))
        for name, block, holders in words.models:
            yield PaperPart("h3", (f"{name}: {holders}",))
            yield from self._read(block)
        if words.models:
            yield from self._read("model_limits")
        yield from self._read("agreement_record")

    def write_agencies(self, words: CountyWords | None) -> Iterator[PaperPart]:
        known = [agency for agency in words.agencies if agency.agreements or agency.events] if words else []
        if known:
            yield self._head(N_("What happened when"))
        for agency in known:
            yield PaperPart("h3", (agency.name,))
            yield PaperPart(
                "ul",
                (
                    *(f"{row.model}. {' '.join(row.lines)} [{row.source}]" for row in agency.agreements),
                    *(f"{event.when}. {event.what} [{event.source}]" for event in agency.events),
                ),
            )

    def write_points(self, words: CountyWords | None) -> Iterator[PaperPart]:
        yield self._head(N_("What you can do"))
        yield self._head(N_("Who decides"), "h3")
        yield PaperPart("p", (self.say(WHO_DECIDES),))
        for agency in words.agencies if words else ():
            if agency.officials:
                yield PaperPart("p", (f"{agency.name}: {agency.officials}",))
        yield from self._read("agreement_action" if words and words.is_in else "agreement_action_without")
        yield self._head(N_("Why people oppose it"))
        yield from self._read("agreement_reasons")

    def write_rights(self, address: str) -> Iterator[PaperPart]:
        yield self._head(N_("Your rights in a stop"))
        yield from self._read("rights")
        yield self._head(HOW_TO_REPORT)
        yield PaperPart("p", (self.say(REPORT_AT).format(address=address) if address else self.say(REPORT_HERE),))
        yield self._head(N_("Who will see a complaint made elsewhere"), "h3")
        yield from self._read("complaints_elsewhere")

    def announce_letter(self, words: CountyWords | None) -> Iterator[PaperPart]:
        """Say that the letter follows, and what it says where its language is not the paper's."""
        yield self._head(N_("A letter to print or mail"))
        yield self._head(LETTER_FOLLOWS, "p")
        if self._language != DEFAULT_LANGUAGE:
            yield self._head(LETTER_IN_ENGLISH, "p")
            yield from self._read(_choose_letter(words))

    def write_letter(self, words: CountyWords | None, state: str = "my state") -> Iterator[PaperPart]:
        foreign = DEFAULT_LANGUAGE if self._language != DEFAULT_LANGUAGE else ""
        yield from (PaperPart("blank", (line,), foreign) for line in _LETTER_LINES)
        county, state = (words.county, words.state) if words else ("My county", state)
        what = "agreement" if words and words.is_in else "agreements"
        yield PaperPart("p", (_LETTER_SUBJECT.format(county=county, state=state, what=what),), foreign)
        yield from self._read(_choose_letter(words), DEFAULT_LANGUAGE)
        yield PaperPart("blank", ("Signed",), foreign)

    def write_sources(self, sources: tuple[SourceWords, ...]) -> Iterator[PaperPart]:
        yield self._head(SOURCES)
        yield PaperPart("ol", tuple(f"{each.name} {each.url if each.host else ''}".strip() for each in sources))


def _choose_letter(words: CountyWords | None) -> str:
    """The letter takes an agreement for granted only where there surely is one."""
    return "letter" if words and words.is_in else "letter_without"
