"""The questions of the minimum path, in the order of its pages. The story comes before every list of reasons."""

from models.questionnaire import vocabularies as words
from models.questionnaire.question import N_, OPEN_ENDS, Kind, Question

NAME_LIMIT = 200
STORY_LIMIT = 10_000

URGENT = (
    Question(
        "urgent",
        Kind.CHOICES,
        N_("Is any of this true right now?"),
        N_("Choose all that are true."),
        words.URGENT,
        required=N_("Choose what is true right now, or “None of these”."),
        exclusive=("none",),
    ),
)

HELD = (
    Question("held_name", Kind.LINE, N_("Name of the person who is held"), N_("As the jail spells it, if you know.")),
    Question("held_jail", Kind.LINE, N_("Which jail or detention center?"), N_("A town or county is enough.")),
    Question("held_since", Kind.LINE, N_("Since when?"), N_("For example: since Sunday night.")),
    Question(
        "held_reason",
        Kind.TEXT,
        N_("Why should they be out by now?"),
        N_("For example: bail was paid, the judge let them go, the time is over."),
        limit=2_000,
    ),
    Question(
        "held_phone",
        Kind.LINE,
        N_("A safe phone number where we can reach someone about this"),
        N_("Not a phone in the jail. Those are listened to."),
    ),
)

YOU = (
    Question("goal", Kind.CHOICE, N_("What do you want?"), "", words.GOAL, required=N_("Choose what you want.")),
    Question(
        "reporter_role",
        Kind.CHOICE,
        N_("Did it happen to you?"),
        "",
        words.REPORTER_ROLE,
        required=N_("Choose whether it happened to you."),
    ),
)

FOR_SOMEONE = (
    Question(
        "for_someone",
        Kind.CHOICE,
        N_("Does the person know that you are telling us?"),
        "",
        (*words.FOR_SOMEONE, *OPEN_ENDS),
    ),
    Question(
        "read_back",
        Kind.CHOICE,
        N_("Will you read it back to them before you send it?"),
        N_("So that it is their story, not ours or yours."),
        words.YES_NO,
    ),
    Question("affected_language", Kind.LINE, N_("Which language do they speak best?")),
    Question("whom_to_contact", Kind.CHOICE, N_("Whom may we contact?"), "", words.WHOM_TO_CONTACT),
)

WHERE = (
    Question(
        "state",
        Kind.CHOICE,
        N_("In which state did it happen?"),
        required=N_("Choose the state, or “I am not sure”."),
    ),
    Question("county", Kind.LINE, N_("In which county or town?"), may_be_unsure=True),
    Question("place_kind", Kind.CHOICE, N_("What kind of place was it?"), "", words.PLACE_KIND),
)

WHEN = (
    Question(
        "when",
        Kind.CHOICE,
        N_("When did it happen?"),
        N_("As close as you can. Not being sure is fine."),
        words.WHEN,
        required=N_("Choose when it happened, or “I am not sure”."),
    ),
    Question("when_day", Kind.LINE, N_("Day"), limit=12),
    Question("when_month", Kind.CHOICE, N_("Month"), "", words.MONTH),
    Question("when_season", Kind.CHOICE, N_("Season"), "", words.SEASON),
    Question("when_year", Kind.LINE, N_("Year"), limit=12),
    Question("time_of_day", Kind.CHOICE, N_("What time of day?"), "", words.TIME_OF_DAY),
)

POLICE = (
    Question(
        "agency",
        Kind.LINE,
        N_("Which police, sheriff or agency was it?"),
        N_("Write the name, or what was on the uniform or the car."),
        may_be_unsure=True,
    ),
    Question("encounter_type", Kind.CHOICE, N_("How did it begin?"), "", words.ENCOUNTER_TYPE),
)

WHAT_HAPPENED = (
    Question(
        "what_happened",
        Kind.TEXT,
        N_("What happened?"),
        N_("In your own words and your own language. Start where you like. You can stop and rest."),
        required=N_("Write what happened, or record it. A few words are enough."),
        limit=STORY_LIMIT,
    ),
    Question("story_language", Kind.CHOICE, N_("Which language do you write or speak in?"), "", words.STORY_LANGUAGE),
)

WHY_AND_HOW_IT_ENDED = (
    Question(
        "reason_believed",
        Kind.CHOICES,
        N_("Why do you think it happened?"),
        N_("Choose all that fit."),
        words.REASON_BELIEVED,
        exclusive=("not_sure", "prefer_not_to_say"),
    ),
    Question(
        "how_it_ended",
        Kind.CHOICES,
        N_("How did it end?"),
        N_("Choose all that fit."),
        words.HOW_IT_ENDED,
        exclusive=("not_sure", "prefer_not_to_say"),
    ),
)

PEOPLE = (
    Question(
        "name_to_use",
        Kind.LINE,
        N_("What name should we use for you?"),
        N_("It does not have to be your real name."),
    ),
    Question(
        "affected_names",
        Kind.LINE,
        N_("Name of the person it happened to, if it is not you"),
        N_("We check names first, so that we are not already helping the other side."),
    ),
    Question("other_people", Kind.LINE, N_("Others who were there"), limit=500),
    Question("officer_names", Kind.LINE, N_("Names or badge numbers of officers, if you know them"), limit=500),
    Question(
        "has_lawyer",
        Kind.CHOICES,
        N_("Is there a lawyer already?"),
        "",
        words.HAS_LAWYER,
        exclusive=("no", "not_sure", "prefer_not_to_say"),
    ),
    Question("open_case", Kind.CHOICE, N_("Is there an open case in a court about this?"), "", words.YES_NO),
    Question(
        "reach",
        Kind.CHOICE,
        N_("How do you want to hear from us?"),
        N_("You get a code at the end. With it you can come back and read our messages."),
        words.REACH,
        required=N_("Choose how you want to hear from us."),
    ),
)

CONTACT = (
    Question(
        "contact_ways",
        Kind.CHOICES,
        N_("Which ways are safe?"),
        N_("Choose only ways that nobody else sees."),
        words.CONTACT_WAYS,
        required=N_("Choose at least one safe way, or go back and choose the code."),
    ),
    Question(
        "contact_details",
        Kind.TEXT,
        N_("Number, address or name for it"),
        required=N_("Write the number, address or name, so that we can reach you."),
        limit=500,
    ),
    Question("contact_times", Kind.LINE, N_("When is a safe time?")),
    Question("voicemail", Kind.CHOICE, N_("May we leave a voice message?"), "", words.YES_NO),
    Question("say_who_calls", Kind.CHOICE, N_("May we say who is calling?"), "", words.YES_NO),
    Question(
        "safe_word",
        Kind.LINE,
        N_("A word that we say first, so that you know it is us"),
        N_("Pick any word. We say it when we call or write."),
        limit=60,
    ),
)

STATISTICS = Question(
    "consent_statistics",
    Kind.CHOICES,
    N_("Counting"),
    "",
    words.STATISTICS,
)
CHECK = (STATISTICS,)
