"""The optional questions that "Add details" leads to. Every one can be left out."""

from models.questionnaire import detail_vocabularies as words
from models.questionnaire.question import N_, Kind, Question
from models.questionnaire.vocabularies import YES_NO

_ALL_THAT_FIT = N_("Choose all that fit.")
_OPEN = ("not_sure", "prefer_not_to_say")

REASON_AND_WORDS = (
    Question(
        "reason_given",
        Kind.CHOICES,
        N_("What reason did the officers give?"),
        _ALL_THAT_FIT,
        words.REASON_GIVEN,
        exclusive=("none", *_OPEN),
    ),
    Question(
        "words_used",
        Kind.TEXT,
        N_("What words did they use?"),
        N_("As you remember them, in the language they were said. Also insults."),
        limit=2_000,
    ),
    Question("duration", Kind.CHOICE, N_("How long did it last?"), "", words.DURATION),
)

PAPERS = (
    Question(
        "asked_immigration",
        Kind.CHOICES,
        N_("What did the officers ask about immigration?"),
        N_("Only what they asked. Do not write your answers or your status."),
        words.ASKED_IMMIGRATION,
        exclusive=("nothing", *_OPEN),
    ),
    Question("id_accepted", Kind.CHOICE, N_("What did they do with an ID that was shown?"), "", words.ID_ACCEPTED),
    Question(
        "asked_ties",
        Kind.CHOICE,
        N_("Did they ask about family, home or job here?"),
        "",
        YES_NO,
    ),
    Question("warrant_shown", Kind.CHOICE, N_("Did they show a paper or warrant?"), "", words.WARRANT_SHOWN),
)

SEARCH = (
    Question(
        "searched",
        Kind.CHOICES,
        N_("What did they search?"),
        _ALL_THAT_FIT,
        words.SEARCHED,
        exclusive=("nothing", *_OPEN),
    ),
    Question(
        "basis_for_search",
        Kind.CHOICES,
        N_("Why did they say they could search?"),
        _ALL_THAT_FIT,
        words.BASIS_FOR_SEARCH,
        exclusive=("no_reason", *_OPEN),
    ),
    Question("contraband_found", Kind.CHOICE, N_("What came of the search?"), "", words.CONTRABAND_FOUND),
)

FORCE = (
    Question(
        "actions_taken",
        Kind.CHOICES,
        N_("What did the officers do?"),
        _ALL_THAT_FIT,
        words.ACTIONS_TAKEN,
        exclusive=("none", *_OPEN),
    ),
    Question(
        "force_used", Kind.CHOICES, N_("Was force used?"), _ALL_THAT_FIT, words.FORCE_USED, exclusive=("none", *_OPEN)
    ),
)

INJURY_AND_THINGS_TAKEN = (
    Question("injuries", Kind.TEXT, N_("Was anybody hurt? How?"), limit=2_000),
    Question("medical_care", Kind.CHOICE, N_("Was there medical care?"), "", words.MEDICAL_CARE),
    Question(
        "property_taken",
        Kind.CHOICES,
        N_("What did they take?"),
        _ALL_THAT_FIT,
        words.PROPERTY_TAKEN,
        exclusive=("nothing", *_OPEN),
    ),
)

OFFICERS = (
    Question("face_covered", Kind.CHOICE, N_("Were their faces covered?"), "", words.FACE_COVERED),
    Question("identified_self", Kind.CHOICE, N_("Did they say who they were?"), "", words.IDENTIFIED_SELF),
    Question("officer_description", Kind.TEXT, N_("What did the officers look like?"), limit=1_000),
    Question("police_car", Kind.LINE, N_("Number, plate or look of the police car")),
    Question(
        "federal_present", Kind.CHOICE, N_("Were ICE, Border Patrol or other federal officers there?"), "", YES_NO
    ),
    Question("body_camera", Kind.CHOICE, N_("Did you see a camera on an officer?"), "", YES_NO),
)

JAIL = (
    Question(
        "jail_interviewer",
        Kind.CHOICE,
        N_("In jail, who asked about immigration?"),
        N_("Do not write the answers or the status."),
        words.JAIL_INTERVIEWER,
    ),
    Question(
        "detainer",
        Kind.CHOICE,
        N_("Did anyone speak of an ICE hold or detainer?"),
        N_("A paper that asks the jail to keep someone for ICE."),
        YES_NO,
    ),
    Question("jail_dates", Kind.LINE, N_("From when to when were they in jail?")),
    Question("jail_interpreter", Kind.CHOICE, N_("Was there an interpreter?"), "", words.INTERPRETER),
)

WITNESSES = (
    Question("witnesses", Kind.TEXT, N_("Who else saw it, and how can they be found?"), limit=1_000),
    Question(
        "other_video",
        Kind.CHOICES,
        N_("Could there be video of it?"),
        _ALL_THAT_FIT,
        words.OTHER_VIDEO,
        exclusive=("none", *_OPEN),
    ),
    Question("case_numbers", Kind.LINE, N_("Numbers on a ticket, court paper or jail paper")),
    Question(
        "complaints_made",
        Kind.CHOICES,
        N_("Was a complaint made somewhere?"),
        _ALL_THAT_FIT,
        words.COMPLAINTS_MADE,
        exclusive=("none", *_OPEN),
    ),
)

PERSON = (
    Question(
        "perceived_race_or_ethnicity",
        Kind.CHOICES,
        N_("How do you think the officer saw the person?"),
        _ALL_THAT_FIT,
        words.PERCEIVED_RACE,
        exclusive=_OPEN,
    ),
    Question("race_or_ethnicity", Kind.LINE, N_("How does the person describe their own race, tribe or people?")),
    Question("age_band", Kind.CHOICE, N_("How old is the person?"), "", words.AGE_BAND),
)
