"""What the demo office has done about its reports so far. All of it is invented; nothing here touches a database."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from casework.marks import Mark
from casework.opening import ConflictState
from models.cases import Status

CLEAR, CONFLICT = ConflictState.CLEAR, ConflictState.CONFLICT
CANNOT_BE_CHECKED, NEEDS_REVIEW = ConflictState.CANNOT_BE_CHECKED, ConflictState.NEEDS_REVIEW


@dataclass(frozen=True)
class Work:
    """What one person did about one report on one day, in the order of the fields.

    `days_ago` counts from the office's first start. `deadlines` are days after the first start, by the names in
    casework.deadlines. `assign_to` is a key of demo.people.
    """

    report: str
    days_ago: int
    by: str
    conflict: ConflictState | None = None
    conflict_reason: str = ""
    assign_to: str = ""
    types_translation: bool = False
    note: str = ""
    mark: Mark | None = None
    mark_reason: str = ""
    deadlines: Mapping[str, int] = field(default_factory=dict)
    basis: str = ""
    outcome: Status | None = None
    reason: str = ""
    decline_code: str = ""


_NO_MATCH = "Searched clients, former clients and people in open matters: no match."
_NO_NAMES = "No names were given, so there is nothing to search for."

WORK: tuple[Work, ...] = (
    Work("shop_window", 57, "intake_one", CLEAR, _NO_MATCH, assign_to="attorney"),
    Work(
        "shop_window",
        55,
        "attorney",
        note="Spoke with him through an interpreter. He had called for help himself; he may call 911 again.",
        outcome=Status.ADVISED,
        reason="Brief advice given by phone in Vietnamese. He wants it on record and no more for now.",
    ),
    Work(
        "license_photographed",
        40,
        "intake_two",
        CANNOT_BE_CHECKED,
        _NO_NAMES,
        note="Photographs were taken with the officer's own phone. Ask, by message, whether a friend saw the badge.",
        outcome=Status.RECORDED,
        reason="Put on record as asked; no contact wanted.",
    ),
    Work("campus_path", 36, "intake_one", CLEAR, _NO_MATCH, assign_to="attorney"),
    Work(
        "campus_path",
        35,
        "attorney",
        note="The campus nurse has dated photographs. Ask him, by message, for leave to request them.",
        deadlines={"notice_of_claim": 126, "limitation": 675, "video": 36},
        basis="Counted from the night he names; checked against the statutes on the day of signing.",
        outcome=Status.ACCEPTED,
        reason="Handcuffs and a search without a stated reason; two witnesses and photographs.",
    ),
    Work(
        "summer_fair",
        31,
        "attorney",
        CLEAR,
        _NO_MATCH,
        note="No exact date. The week of the fair could be found, and it would be too late by any count.",
        outcome=Status.DECLINED,
        decline_code="time_barred",
        reason="More than two years have passed. She was told kindly, and that her account stays on record.",
    ),
    Work("jail_interview", 28, "intake_two", CLEAR, _NO_MATCH, assign_to="supervisor", types_translation=True),
    Work(
        "jail_interview",
        26,
        "supervisor",
        note="The agreement promises an interpreter on request. Ask the jail for the form that he signed.",
        deadlines={"notice_of_claim": 300, "limitation": 1380},
        basis="From the first day of the month that she names, as the safer one.",
        outcome=Status.ACCEPTED,
        reason="Held two days after a judge's release order; interpreter refused.",
    ),
    Work(
        "tribal_card",
        23,
        "intake_one",
        CLEAR,
        _NO_MATCH,
        assign_to="attorney",
        note="The station's camera keeps thirty days. A letter must go out this week.",
    ),
    Work(
        "tribal_card",
        22,
        "attorney",
        deadlines={"notice_of_claim": 338, "video": 3},
        basis="Video first: the station overwrites after thirty days.",
        outcome=Status.ACCEPTED,
        reason="Identification refused without looking; a clerk saw it.",
    ),
    Work(
        "pasted_meadowlark",
        21,
        "intake_two",
        CANNOT_BE_CHECKED,
        _NO_NAMES,
        mark=Mark.DOUBTFUL,
        mark_reason="Word for word the same text against three agencies in two days; nothing in it can be checked.",
    ),
    Work(
        "pasted_larkspur",
        21,
        "intake_two",
        CANNOT_BE_CHECKED,
        _NO_NAMES,
        mark=Mark.DOUBTFUL,
        mark_reason="The same text as against Meadowlark.",
    ),
    Work(
        "pasted_loess_ridge",
        20,
        "intake_two",
        CANNOT_BE_CHECKED,
        _NO_NAMES,
        mark=Mark.DOUBTFUL,
        mark_reason="The same text as against Meadowlark and Larkspur.",
    ),
    Work(
        "basketball_court",
        19,
        "intake_one",
        CLEAR,
        _NO_MATCH,
        assign_to="intake_one",
        note="A minor: speak with a parent, in Hmong. A doorbell across the street may have recorded it.",
    ),
    Work(
        "video_across_street",
        17,
        "intake_two",
        CANNOT_BE_CHECKED,
        _NO_NAMES,
        note="Ask through the inbox whether the video can be handed over unedited. No contact was given.",
    ),
    Work(
        "elder_at_mosque",
        15,
        "intake_one",
        CLEAR,
        _NO_MATCH,
        assign_to="attorney",
        note="Needs a Somali interpreter who is not family. The shopkeeper is the witness to call first.",
    ),
    Work(
        "checkpoint_asked",
        12,
        "supervisor",
        CLEAR,
        _NO_MATCH,
        assign_to="supervisor",
        note="The group will ask other families whether they want to speak.",
        outcome=Status.ACCEPTED,
        reason="A checkpoint at the one way out of a church; other cars were waved through.",
    ),
    Work(
        "checkpoint_duplicate",
        11,
        "intake_one",
        CLEAR,
        _NO_MATCH,
        mark=Mark.DUPLICATE,
        mark_reason="Same stop and same man as the report in Spanish of the day before.",
    ),
    Work(
        "unsigned_form",
        9,
        "intake_two",
        CLEAR,
        _NO_MATCH,
        assign_to="intake_two",
        types_translation=True,
        note="Speaks more than she reads: plan a call with a Karen interpreter. Her wish: the children are not asked.",
    ),
    Work(
        "same_car_number",
        7,
        "intake_two",
        NEEDS_REVIEW,
        "A former client has the same first name; the supervising attorney looks at it.",
    ),
    Work(
        "packing_plant",
        4,
        "attorney",
        CANNOT_BE_CHECKED,
        "She gives no name yet; the committee was asked.",
        assign_to="attorney",
        note="Letter to the plant to keep its camera recordings: sent today. Other families may call.",
    ),
    Work(
        "court_hallway",
        3,
        "intake_one",
        CONFLICT,
        "The person on the other side came to this office first. Story not read.",
        outcome=Status.REFERRED,
        reason="Represented: referred through his lawyer to another office.",
    ),
    Work(
        "bail_paid",
        0,
        "supervisor",
        CLEAR,
        _NO_MATCH,
        assign_to="supervisor",
        types_translation=True,
        note="Called the jail's records desk: they confirm that bail was posted.",
    ),
)
