"""States as the form offers them. Names of places are not translated."""

import us

from models.questionnaire.question import Term, Vocabulary

STATES: Vocabulary = tuple(Term(state.abbr, state.name) for state in [*us.states.STATES, us.states.DC])
STATE_NAMES: dict[str, str] = {term.code: term.text for term in STATES}
