"""The choices of the shorter form, in plain words.

Codes are stable and stored sealed; words may change and are stored as shown beside each answer. Where
California's Racial and Identity Profiling Act has a number for a choice (11 CCR 999.226), it stands beside it.
"""

from models.questionnaire.question import N_, NOT_SURE, OPEN_ENDS, Term, Vocabulary

YES_NO: Vocabulary = (Term("yes", N_("Yes")), Term("no", N_("No")), *OPEN_ENDS)

URGENT: Vocabulary = (
    Term("held_now", N_("Someone is in jail or held by ICE right now")),
    Term("court_date", N_("There is a court date soon")),
    Term("hurt", N_("Someone is hurt")),
    Term("child_alone", N_("A child is without a parent")),
    Term("none", N_("None of these")),
)

GOAL: Vocabulary = (
    Term("lawyer", N_("I want a lawyer to look at this")),
    Term("record", N_("I want it put on record")),
    Term("tip", N_("I want to give a tip")),
)

REPORTER_ROLE: Vocabulary = (
    Term("affected", N_("It happened to me")),
    Term("family", N_("It happened to someone in my family")),
    Term("witness", N_("I saw or heard it")),
    Term("organisation", N_("I help someone, as a neighbor or in a group")),
)

FOR_SOMEONE: Vocabulary = (
    Term("beside_me", N_("They are here beside me")),
    Term("asked_me", N_("They asked me to do this")),
    Term("does_not_know", N_("They do not know about it")),
    Term("cannot_be_asked", N_("They cannot be asked right now")),
)

WHOM_TO_CONTACT: Vocabulary = (
    Term("reporter", N_("Me")),
    Term("affected", N_("The person it happened to")),
    Term("both", N_("Either of us")),
    Term("nobody", N_("Nobody")),
    NOT_SURE,
)

PLACE_KIND: Vocabulary = (
    Term("road", N_("On a road or street")),
    Term("checkpoint", N_("At a checkpoint")),
    Term("home", N_("At a home")),
    Term("work", N_("At work")),
    Term("store", N_("At a store or restaurant")),
    Term("court", N_("At a court or government office")),
    Term("school", N_("At a school")),
    Term("worship", N_("At a church, mosque or temple")),
    Term("hospital", N_("At a hospital or clinic")),
    Term("jail", N_("In a jail or detention center")),
    Term("border", N_("At an airport or a border")),
    Term("transit", N_("On a bus, at a bus stop or station")),
    Term("day_labor", N_("Where people wait for day work")),
    Term("other", N_("Somewhere else")),
    *OPEN_ENDS,
)

WHEN: Vocabulary = (
    Term("today", N_("Today")),
    Term("yesterday", N_("Yesterday")),
    Term("date", N_("On a day that I know")),
    Term("month", N_("In a month that I know")),
    Term("season", N_("In a season that I know")),
    Term("ongoing", N_("It is still going on, or it happens again and again")),
    NOT_SURE,
)

MONTH: Vocabulary = (
    Term("1", N_("January")),
    Term("2", N_("February")),
    Term("3", N_("March")),
    Term("4", N_("April")),
    Term("5", N_("May")),
    Term("6", N_("June")),
    Term("7", N_("July")),
    Term("8", N_("August")),
    Term("9", N_("September")),
    Term("10", N_("October")),
    Term("11", N_("November")),
    Term("12", N_("December")),
)

SEASON: Vocabulary = (
    Term("winter", N_("Winter")),
    Term("spring", N_("Spring")),
    Term("summer", N_("Summer")),
    Term("fall", N_("Fall")),
)

TIME_OF_DAY: Vocabulary = (
    Term("morning", N_("Morning")),
    Term("afternoon", N_("Afternoon")),
    Term("evening", N_("Evening")),
    Term("night", N_("Night")),
    *OPEN_ENDS,
)

ENCOUNTER_TYPE: Vocabulary = (
    Term("vehicle", N_("The driver of a vehicle was stopped")),
    Term("passenger", N_("I, or they, rode along in a vehicle that was stopped")),
    Term("pedestrian", N_("Someone was stopped on foot or on a bicycle")),
    Term("checkpoint", N_("At a checkpoint where many were stopped")),
    Term("home_visit", N_("Officers came to a home")),
    Term("worksite", N_("Officers came to a workplace")),
    Term("called_for_help", N_("Someone had called for help, or reported a crime")),
    Term("jail", N_("In jail, after an arrest for something else")),
    Term("other", N_("Another way")),
    *OPEN_ENDS,
)

REASON_BELIEVED: Vocabulary = (
    Term("race", N_("Race or color of skin")),
    Term("ethnicity", N_("Ethnic group, tribe or looks")),
    Term("national_origin", N_("Country that someone or their family comes from")),
    Term("language", N_("Language or accent")),
    Term("religion", N_("Religion, or clothes worn for it")),
    Term("immigration_assumed", N_("They guessed about immigration papers")),
    Term("kind_of_work", N_("Kind of work, or work clothes")),
    Term("place", N_("Being in that place or that part of town")),
    Term("other", N_("Something else")),
    *OPEN_ENDS,
)

HOW_IT_ENDED: Vocabulary = (
    Term("let_go", N_("Let go, with no paper")),
    Term("warning", N_("A warning"), ripa="14, 15"),
    Term("citation", N_("A ticket or citation"), ripa="3, 4"),
    Term("arrest", N_("An arrest"), ripa="5, 6"),
    Term("held", N_("Held in jail or a police car for a time")),
    Term("held_for_immigration", N_("Kept in jail for immigration after they should have been let out")),
    Term("handed_to_ice", N_("Handed to ICE or the Border Patrol"), ripa="11"),
    Term("other", N_("Another way")),
    *OPEN_ENDS,
)

HAS_LAWYER: Vocabulary = (
    Term("no", N_("No lawyer")),
    Term("criminal", N_("A lawyer in a criminal case")),
    Term("immigration", N_("An immigration lawyer")),
    Term("civil", N_("A lawyer in another case")),
    *OPEN_ENDS,
)

REACH: Vocabulary = (
    Term("code", N_("I will come back here with my code")),
    Term("contact", N_("You may also contact me")),
)

CONTACT_WAYS: Vocabulary = (
    Term("phone", N_("Phone call")),
    Term("text", N_("Text message")),
    Term("signal", N_("Signal")),
    Term("whatsapp", N_("WhatsApp")),
    Term("email", N_("E-mail")),
    Term("organisation", N_("Through a group or a person that I trust")),
    Term("post", N_("Letter")),
)

STORY_LANGUAGE: Vocabulary = (
    Term("en", N_("English")),
    Term("es", N_("Spanish")),
    Term("so", N_("Somali")),
    Term("hmn", N_("Hmong")),
    Term("ksw", N_("Karen")),
    Term("vi", N_("Vietnamese")),
    Term("ar", N_("Arabic")),
    Term("am", N_("Amharic")),
    Term("om", N_("Oromo")),
    Term("fr", N_("French")),
    Term("zh", N_("Chinese")),
    Term("ne", N_("Nepali")),
    Term("nus", N_("Nuer")),
    Term("quc", N_("K'iche'")),
    Term("ru", N_("Russian")),
    Term("other", N_("Another language")),
)

STATISTICS: Vocabulary = (Term("yes", N_("You may count my report in numbers that name nobody.")),)
