"""What is found in text by its form: numbers, addresses, dates and words that say who somebody is or where.

They must be read as a net with holes: what has no form, such as a nickname, staff mark by hand. Where a rule is not
sure it takes too much. Source for identifiers in court papers: Fed. R. Civ. P. 5.2(a).
"""

import enum
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from exports.redaction.folding import Folded

Span = tuple[int, int]


class Rule(enum.StrEnum):
    """One kind of thing that is found by its form."""

    EMAIL = "email"
    WEB_ADDRESS = "web_address"
    HANDLE = "handle"
    COORDINATES = "coordinates"
    SOCIAL_SECURITY = "social_security"
    ALIEN_NUMBER = "alien_number"
    ACCOUNT = "account"
    BIRTH_DATE = "birth_date"
    DATE = "date"
    TIME = "time"
    PHONE = "phone"
    ADDRESS = "address"
    STREET = "street"
    STATUS = "status"


@dataclass(frozen=True)
class Found:
    """One thing that a rule found: where in the typed text, and which words stand there afterwards."""

    rule: Rule
    start: int
    end: int
    replacement: str
    text: str = field(repr=False)


BRACKETS: Mapping[Rule, str] = MappingProxyType(
    {
        Rule.EMAIL: "[e-mail address removed]",
        Rule.WEB_ADDRESS: "[web address removed]",
        Rule.HANDLE: "[account name removed]",
        Rule.COORDINATES: "[place removed]",
        Rule.SOCIAL_SECURITY: "[identity number removed]",
        Rule.ALIEN_NUMBER: "[identity number removed]",
        Rule.ACCOUNT: "[number removed]",
        Rule.BIRTH_DATE: "[birth date removed]",
        Rule.DATE: "[day removed]",
        Rule.TIME: "[time removed]",
        Rule.PHONE: "[phone number removed]",
        Rule.ADDRESS: "[address removed]",
        Rule.STREET: "[street removed]",
        Rule.STATUS: "[words on immigration status removed]",
    }
)

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september", "october"),
    *("november", "december", "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre"),
    *("setiembre", "octubre", "noviembre", "diciembre", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sept", "sep"),
    *("oct", "nov", "dec"),
)
_MONTH = f"(?:{'|'.join(sorted(_MONTHS, key=len, reverse=True))})"
_YEAR = r"(?:19|20)\d\d"
_WORDED_DATE = (
    rf"(?:{_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?(?:,? (?:of )?{_YEAR})?(?!\d)"
    rf"|(?<!\d)\d{{1,2}}(?:st|nd|rd|th|ro)? (?:of |de )?{_MONTH}(?:\.?,? (?:de |del )?{_YEAR})?)\b"
)
_NUMBER_DATE = rf"(?<!\d)(?:{_YEAR}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[-/.]\d{{1,2}}[-/.](?:{_YEAR}|\d\d))(?!\d)"
_ANY_DATE = f"(?:{_WORDED_DATE}|{_NUMBER_DATE})"
_BIRTH = (
    r"(?:\bborn\b|\bdob\b|d\.o\.b|birth|\bnaci|nacimiento|cumplean|dhalas|sinh ngay|ngay sinh"
    "|\u0648\u0644\u062f|\u0645\u064a\u0644\u0627\u062f)"
)
_STREETS = (
    r"(?:street|st|avenue|ave|road|rd|boulevard|blvd|drive|dr|lane|ln|court|ct|way|place|pl|highway|hwy|parkway|pkwy"
    r"|circle|cir|trail|trl|terrace|square|sq|loop|alley)"
)
_NOT_IN_NAME = r"(?!(?:the|on|in|of|a|an|and|at|to|my|his|her|our|their|by|from|were|was|is|cars?|men|people|times?)\b)"
_UNIT = r"(?:,? (?:apt|apartment|unit|suite|ste|lot|#|no)\.? ?#?\d[\w-]{0,5})?"
_ZIP = _UNIT + r"(?:(?:,? [^\W\d]{3,20}){1,2},? (?:[a-z]{2} )?\d{5}(?:-\d{4})?)?"
_CALLE = r"(?:calle|avenida|av\.|avda\.?|carrera|privada|colonia|callejon)"
_ADDRESS = "|".join(
    (
        rf"(?<!\w)\d{{1,6}}[a-z]? (?:[nsew]{{1,2}}\.? )?(?:{_NOT_IN_NAME}[\w.]+ ){{1,3}}{_STREETS}\b\.?{_ZIP}",
        rf"(?<!\w){_CALLE} (?:\d{{1,2}} de [^\W\d]+ )?[^\d\n,.]{{0,40}}#? ?(?:no\.? ?)?\d{{1,6}}{_ZIP}",
        r"\bp\.? ?o\.? box \d+",
        r"\b(?:apt|apartment|apartamento|unit|suite)\.? ?#? ?\d{1,5}[a-z]?\b",
        r"\b(?:ne|mn|ia|sd|il|ks|mo|co|wi|nd) \d{5}(?:-\d{4})?\b",
    )
)
_STREET = (
    rf"(?<!\w)(?:[nsew]\.? )?(?:{_NOT_IN_NAME}[\w.]+ )(?:street|avenue|boulevard|st|ave|blvd)\b|\b(?:calle|avenida) \w+"
)
_STATUS = (
    r"\b(?:undocumented|indocumentad[oa]s?|sin papeles|without papers|no papers|daca|dreamers?|tps|green cards?|asylum"
    r"|asylee|asilo|refugees?|refugiad[oa]s?|overstay(?:ed)?|illegal (?:alien|immigrant)s?|ilegal(?:es)?"
    r"|visa (?:expired|vencida)|work permit|permiso de trabajo|mica|residente permanente|permanent resident"
    r"|not a citizen|no soy ciudadan[oa])\b"
)
_DIGITS = r"(?<![\d.])\+?\(?\d(?:[ ().-]{0,3}\d){6,18}(?!\d)"

_PATTERNS: Mapping[Rule, re.Pattern[str]] = MappingProxyType(
    {
        Rule.EMAIL: re.compile(r"[\w.+%-]+(?:@| ?[(\[]at[)\]] ?)[\w-]+(?:(?:\.| ?[(\[]dot[)\]] ?)[\w-]{2,})+"),
        Rule.WEB_ADDRESS: re.compile(r"(?:https?://|www\.)[^\s<>\"]+|\b(?:[\w-]+\.)+[a-z]{2,7}/[^\s<>\"]+"),
        Rule.HANDLE: re.compile(r"(?<![\w@])@\w[\w.]*\w"),
        Rule.COORDINATES: re.compile(
            r"[-+]?\d{1,3}\.\d{3,} ?[,; ] ?[-+]?\d{1,3}\.\d{3,}|\d{1,2}\.\d{2,} ?[,; ] ?-\d{1,3}\.\d{2,}"
            r"|\d{1,3} ?° ?\d{1,2}[^,;\n]{0,14}?[nsew]\b[ ,;]{0,3}\d{1,3} ?° ?\d{1,2}[^,;\n]{0,14}?[nsewo]\b"
        ),
        Rule.SOCIAL_SECURITY: re.compile(r"(?<![\d-])\d{3}[-. ]?\d{2}[-. ]?\d{4}(?![\d]|-\d)"),
        Rule.ALIEN_NUMBER: re.compile(r"\ba ?(?:no\.? ?|#|-)? ?\d(?:[ -]?\d){6,8}(?!\d)"),
        Rule.ADDRESS: re.compile(_ADDRESS),
        Rule.STREET: re.compile(_STREET),
        Rule.TIME: re.compile(
            r"(?<![\d:])(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?(?: ?[ap]\.? ?m\b\.?)?"
            r"|(?<!\d)(?:1[0-2]|0?\d) ?(?:[ap]\.m\.|[ap]m\b)"
            r"|\ba las? (?:1[0-2]|\d)\b(?: y (?:media|cuarto))?(?: de la (?:manana|tarde|noche|madrugada))?"
        ),
        Rule.STATUS: re.compile(_STATUS),
    }
)
_NUMBERS = re.compile(_DIGITS)
_DATES = re.compile(_ANY_DATE)
_NEAR_BIRTH = re.compile(rf"{_BIRTH}[^\d\n]{{0,40}}?({_ANY_DATE})")
_YEAR_FIRST = re.compile(rf"{_YEAR}-\d\d(?=-\d)")
_YEAR_ALONE = re.compile(rf"(?<!\d){_YEAR}(?!\d)")
_LONGEST_PHONE = 12  # digits
_LAST = 4  # digits that Fed. R. Civ. P. 5.2(a)(1) and (4) let stand


def find_by_rules(folded: Folded, text: str, rules: frozenset[Rule], *, keeps_last_four: bool) -> list[Found]:
    """What the rules find in a text, in their order; places may overlap, and then the first found counts.

    With ``keeps_last_four`` the last four digits of identity and account numbers, and the year of a birth, stay, as
    Fed. R. Civ. P. 5.2(a)(1), (2) and (4) allow.
    """

    def make(rule: Rule, span: Span, replacement: str) -> Found:
        start, end = folded.find_place(*span)
        return Found(rule, start, end, replacement, text[start:end])

    found: list[Found] = []
    for rule in Rule:
        if rule in rules:
            found += [
                make(rule, span, _write_replacement(rule, folded.text[slice(*span)], keeps_last_four=keeps_last_four))
                for span in _FINDERS[rule](folded.text)
            ]
    return found


def _write_replacement(rule: Rule, words: str, *, keeps_last_four: bool) -> str:
    bracket = BRACKETS[rule]
    if rule is Rule.DATE:
        month = re.search(_MONTH, words)
        year = _YEAR_ALONE.search(words)
        by_number = _YEAR_FIRST.match(words)
        if by_number:
            return f"[day removed] {by_number[0]}"
        kept = " ".join(part for part in (month[0].capitalize() if month else "", year[0] if year else "") if part)
        return f"[day removed] {kept}" if month else bracket
    if not keeps_last_four:
        return bracket
    if rule is Rule.BIRTH_DATE:
        year = _YEAR_ALONE.search(words)
        return f"[birth date removed, year {year[0]}]" if year else bracket
    if rule in {Rule.SOCIAL_SECURITY, Rule.ACCOUNT}:
        return bracket.replace("]", ", last four digits " + re.sub(r"\D", "", words)[-_LAST:] + "]")
    return bracket


def _find_pattern(rule: Rule) -> Callable[[str], Iterator[Span]]:
    def find(text: str) -> Iterator[Span]:
        return (match.span() for match in _PATTERNS[rule].finditer(text))

    return find


def _find_births(text: str) -> Iterator[Span]:
    return (match.span(1) for match in _NEAR_BIRTH.finditer(text))


def _find_dates(text: str) -> Iterator[Span]:
    return (match.span() for match in _DATES.finditer(text))


def _find_numbers(text: str, *, phones: bool) -> Iterator[Span]:
    """Runs of seven digits and more that are no date: phone numbers, or longer ones such as cards and accounts."""
    dates = [match.span() for match in re.finditer(_NUMBER_DATE, text)]
    for match in _NUMBERS.finditer(text):
        start, end = match.span()
        if any(first <= start and end <= last for first, last in dates):
            continue
        if (sum(sign.isdigit() for sign in match[0]) <= _LONGEST_PHONE) is phones:
            yield start, end


_FINDERS: Mapping[Rule, Callable[[str], Iterator[Span]]] = MappingProxyType(
    {
        **{rule: _find_pattern(rule) for rule in _PATTERNS},
        Rule.BIRTH_DATE: _find_births,
        Rule.DATE: _find_dates,
        Rule.PHONE: lambda text: _find_numbers(text, phones=True),
        Rule.ACCOUNT: lambda text: _find_numbers(text, phones=False),
    }
)
