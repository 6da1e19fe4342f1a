"""One fictional text, pasted three times against three agencies, with invisible direction marks and emoji.

Staff mark what they doubt: it leaves the counts and is never deleted.
"""

from demo.reports.report import DemoReport, When

# The marks are written as escapes because a reader of this file could not see them.
_TEXT = (
    "\u200eEVERYBODY needs to know \N{POLICE CARS REVOLVING LIGHT}\N{POLICE CARS REVOLVING LIGHT} what they did!!! "
    "\u200fThey stop EVERY car \N{AUTOMOBILE} and they take EVERYTHING\u200e, my cousin's friend saw it, I saw it too, "
    "hundreds of people. \N{CLAPPING HANDS SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-4} They are all corrupt "
    "\u2067from top to bottom\u2069 and you people never do anything about it. \N{FACE WITH LOOK OF TRIUMPH} "
    "Share this before it is taken down!!! \N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
    " I will not say when or where because they are watching \N{EYES}\n\n"
    "PUBLISH THEIR NAMES \u200f\N{SPEAKING HEAD IN SILHOUETTE}\N{VARIATION SELECTOR-16}"
)


def _paste(key: str, agency: str, state: str, days_ago: int) -> DemoReport:
    """Make one of the three: the same text and answers, another agency."""
    return DemoReport(
        key,
        language="en",
        days_ago=days_ago,
        when=When("not_sure"),
        values={
            "urgent": ["none"],
            "goal": "tip",
            "reporter_role": "witness",
            "for_someone": "prefer_not_to_say",
            "state": state,
            "agency": agency,
            "encounter_type": "not_sure",
            "what_happened": _TEXT,
            "story_language": "en",
            "reason_believed": ["prefer_not_to_say"],
            "how_it_ended": ["not_sure"],
            "has_lawyer": ["prefer_not_to_say"],
            "reach": "code",
        },
    )


REPORTS = (
    _paste("pasted_meadowlark", "Meadowlark County Sheriff", "NE", 22),
    _paste("pasted_larkspur", "Larkspur police", "MN", 22),
    _paste("pasted_loess_ridge", "Loess Ridge sheriff", "IA", 21),
)
