"""States and territories as the form offers them: those that have a page of places. Their names are not translated."""

from models.counties import list_state_codes, name_state
from models.questionnaire.question import Term, Vocabulary

# The fifty states come first, the District of Columbia and the territories after them; both by name.
_LAST = ("DC", "AS", "GU", "MP", "PR", "VI")

STATES: Vocabulary = tuple(
    Term(code, name_state(code))
    for code in sorted(list_state_codes(), key=lambda code: (code in _LAST, name_state(code)))
)
STATE_NAMES: dict[str, str] = {term.code: term.text for term in STATES}
