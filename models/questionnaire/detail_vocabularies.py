"""The choices of the optional details, in plain words.

RIPA numbers (California's Racial and Identity Profiling Act, 11 CCR 999.226) stand beside the choices that have one.
"""

from models.questionnaire.question import N_, OPEN_ENDS, Term, Vocabulary

REASON_GIVEN: Vocabulary = (
    Term("none", N_("They gave no reason")),
    Term("traffic_moving", N_("Something about driving, like speed or a turn"), ripa="1"),
    Term("traffic_equipment", N_("Something about the vehicle, like a light or a plate"), ripa="2"),
    Term("traffic_papers", N_("License, registration or insurance"), ripa="3"),
    Term("saw_crime", N_("They said they saw a crime"), ripa="4"),
    Term("matched_description", N_("They said someone or something matched a description"), ripa="5, 6"),
    Term("pointed_out", N_("They said a witness pointed the person out"), ripa="7"),
    Term("suspicious", N_("They said the person looked suspicious"), ripa="8, 9, 10, 11, 12, 13"),
    Term("warrant", N_("A warrant"), ripa="17"),
    Term("parole", N_("Probation or parole"), ripa="16"),
    Term("talk_only", N_("They said it was only to talk"), ripa="19"),
    Term("immigration", N_("Immigration")),
    Term("other", N_("Another reason")),
    *OPEN_ENDS,
)

DURATION: Vocabulary = (
    Term("under_10", N_("Less than 10 minutes")),
    Term("10_to_30", N_("10 to 30 minutes")),
    Term("30_to_60", N_("30 minutes to 1 hour")),
    Term("1_to_4_hours", N_("1 to 4 hours")),
    Term("longer", N_("Longer")),
    *OPEN_ENDS,
)

ASKED_IMMIGRATION: Vocabulary = (
    Term("status", N_("About immigration status")),
    Term("birthplace", N_("Where someone was born")),
    Term("papers", N_("To see papers")),
    Term("social_security", N_("For a Social Security number")),
    Term("passengers", N_("They asked the passengers too")),
    Term("language_remark", N_("They said something about the language that was spoken")),
    Term("nothing", N_("They asked nothing like that")),
    *OPEN_ENDS,
)

ID_ACCEPTED: Vocabulary = (
    Term("accepted", N_("They accepted it")),
    Term("ignored", N_("They did not look at it or did not accept it")),
    Term("photographed", N_("They took a picture of it")),
    Term("kept", N_("They kept it")),
    Term("none_asked", N_("They did not ask for any")),
    Term("none_shown", N_("None was shown")),
    *OPEN_ENDS,
)

WARRANT_SHOWN: Vocabulary = (
    Term("none", N_("No paper")),
    Term("judge", N_("A paper signed by a judge")),
    Term("ice_form", N_("An ICE form, not signed by a judge")),
    Term("unread", N_("A paper that nobody could read")),
    *OPEN_ENDS,
)

SEARCHED: Vocabulary = (
    Term("pat_down", N_("Pat-down over the clothes"), ripa="16"),
    Term("person", N_("Search of a person"), ripa="14"),
    Term("bag", N_("Bag or things"), ripa="15"),
    Term("vehicle", N_("Car or truck"), ripa="15"),
    Term("home", N_("Home"), ripa="15"),
    Term("phone", N_("Phone"), ripa="15"),
    Term("nothing", N_("Nothing was searched")),
    *OPEN_ENDS,
)

BASIS_FOR_SEARCH: Vocabulary = (
    Term("consent_given", N_("Someone said yes to it"), ripa="1, 14"),
    Term("consent_refused", N_("Someone said no, and they did it anyway")),
    Term("safety", N_("They said it was for safety, or for weapons"), ripa="2, 5"),
    Term("warrant", N_("They had a search warrant"), ripa="3"),
    Term("parole", N_("Probation or parole"), ripa="4"),
    Term("seen_or_smelled", N_("They said they saw or smelled something"), ripa="6, 7"),
    Term("dog", N_("A dog"), ripa="8"),
    Term("evidence", N_("They said they looked for proof of a crime"), ripa="9"),
    Term("arrest", N_("Because of an arrest"), ripa="10"),
    Term("emergency", N_("They said it was an emergency"), ripa="11"),
    Term("inventory", N_("They listed what was in the car"), ripa="12"),
    Term("no_reason", N_("They gave no reason")),
    *OPEN_ENDS,
)

CONTRABAND_FOUND: Vocabulary = (
    Term("nothing", N_("They found nothing")),
    Term("something", N_("They said they found something")),
    *OPEN_ENDS,
)

ACTIONS_TAKEN: Vocabulary = (
    Term("ordered_out", N_("Ordered out of the vehicle"), ripa="11"),
    Term("curb", N_("Made to sit on the ground or the curb"), ripa="6"),
    Term("patrol_car", N_("Put in a police car"), ripa="8"),
    Term("photographed", N_("Photographed, or face or fingers scanned"), ripa="10"),
    Term("sobriety_test", N_("Test for alcohol or drugs"), ripa="7"),
    Term("dog", N_("A dog sniffed"), ripa="9"),
    Term("passengers_checked", N_("Passengers asked for identification"), ripa="4, 13"),
    Term("towed", N_("Vehicle towed"), ripa="17"),
    Term("none", N_("None of these")),
    *OPEN_ENDS,
)

FORCE_USED: Vocabulary = (
    Term("handcuffs", N_("Handcuffs or ties"), ripa="1"),
    Term("grabbed", N_("Grabbed, pushed or pulled"), ripa="15, 16"),
    Term("ground", N_("Held on the ground")),
    Term("hit", N_("Hit, kicked or struck"), ripa="2, 3"),
    Term("spray", N_("Pepper spray or tear gas"), ripa="4"),
    Term("taser", N_("Taser"), ripa="5, 6, 7"),
    Term("gun_shown", N_("Gun taken out or pointed"), ripa="8, 9"),
    Term("gun_fired", N_("Gun fired, also rubber bullets"), ripa="10, 11, 12"),
    Term("dog", N_("Dog threatened or bit"), ripa="13, 14"),
    Term("vehicle", N_("Vehicle used to stop or hit"), ripa="17"),
    Term("none", N_("No force")),
    *OPEN_ENDS,
)

MEDICAL_CARE: Vocabulary = (
    Term("not_needed", N_("None was needed")),
    Term("given", N_("Care was given")),
    Term("refused", N_("Care was asked for and refused")),
    Term("later", N_("Saw a doctor or nurse later")),
    Term("none", N_("No care yet")),
    *OPEN_ENDS,
)

PROPERTY_TAKEN: Vocabulary = (
    Term("identification", N_("ID, passport or license")),
    Term("work_permit", N_("Work permit or other papers")),
    Term("cash", N_("Money"), ripa="6"),
    Term("phone", N_("Phone"), ripa="9"),
    Term("vehicle", N_("Vehicle"), ripa="10"),
    Term("other", N_("Other things"), ripa="11"),
    Term("nothing", N_("Nothing was taken")),
    *OPEN_ENDS,
)

FACE_COVERED: Vocabulary = (
    Term("all", N_("Yes, all of them")),
    Term("some", N_("Yes, some of them")),
    Term("none", N_("No")),
    *OPEN_ENDS,
)

IDENTIFIED_SELF: Vocabulary = (
    Term("yes", N_("Yes, they said or showed who they were")),
    Term("refused", N_("No, someone asked and they refused")),
    Term("not_asked", N_("No, and nobody asked")),
    *OPEN_ENDS,
)

JAIL_INTERVIEWER: Vocabulary = (
    Term("ice_officer", N_("An ICE officer")),
    Term("jailer", N_("A jailer or deputy of this jail")),
    Term("by_phone", N_("Someone on a phone or screen")),
    Term("nobody", N_("Nobody asked about immigration")),
    *OPEN_ENDS,
)

INTERPRETER: Vocabulary = (
    Term("offered", N_("Yes, an interpreter was there")),
    Term("refused", N_("No, it was asked for and refused")),
    Term("not_offered", N_("No, none was offered")),
    Term("bystander", N_("A child, another prisoner or a bystander had to do it")),
    Term("not_needed", N_("It was not needed")),
    *OPEN_ENDS,
)

OTHER_VIDEO: Vocabulary = (
    Term("bystander", N_("Someone filmed with a phone")),
    Term("doorbell", N_("Doorbell or house camera")),
    Term("store", N_("Store or street camera")),
    Term("body_camera", N_("Officer's body camera")),
    Term("dash_camera", N_("Camera in a police car")),
    Term("none", N_("None that I know of")),
    *OPEN_ENDS,
)

COMPLAINTS_MADE: Vocabulary = (
    Term("agency", N_("To the police or sheriff")),
    Term("state", N_("To a state office")),
    Term("federal", N_("To a federal office")),
    Term("consulate", N_("To a consulate")),
    Term("none", N_("To nobody yet")),
    *OPEN_ENDS,
)

PERCEIVED_RACE: Vocabulary = (
    Term("asian", N_("Asian"), ripa="1"),
    Term("black", N_("Black or African American"), ripa="2"),
    Term("hispanic", N_("Hispanic or Latino"), ripa="3"),
    Term("middle_eastern", N_("Middle Eastern or South Asian"), ripa="4"),
    Term("native", N_("Native American"), ripa="5"),
    Term("pacific", N_("Pacific Islander"), ripa="6"),
    Term("white", N_("White"), ripa="7"),
    *OPEN_ENDS,
)

AGE_BAND: Vocabulary = (
    Term("under_13", N_("Under 13")),
    Term("13_to_17", N_("13 to 17")),
    Term("18_to_24", N_("18 to 24")),
    Term("25_to_44", N_("25 to 44")),
    Term("45_to_64", N_("45 to 64")),
    Term("65_up", N_("65 or older")),
    *OPEN_ENDS,
)
