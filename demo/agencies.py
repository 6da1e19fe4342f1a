"""Five invented agencies in invented counties. Holds no real agency, county, identifier or agreement."""

from dataclasses import dataclass

from models.agreements import EventKind, SupportType


@dataclass(frozen=True)
class DemoAgreement:
    """A 287(g) agreement: its model, and how many days before the office's first start it was signed and ended."""

    support_type: SupportType
    signed_days_ago: int
    ended_days_ago: int | None = None


@dataclass(frozen=True)
class DemoEvent:
    """What happened around an agreement, so many days before the office's first start.

    The sentences are ones that the shipped facts have too, so that they are in every language of the public site.
    """

    kind: EventKind
    days_ago: int
    what: str


@dataclass(frozen=True)
class DemoAgency:
    """An invented agency. `ori` starts with ZZ and `county_code` with 9, which no real ones do here."""

    key: str
    name: str
    aliases: tuple[str, ...]
    ori: str
    agency_type: str
    state: str
    county: str
    county_code: str
    agreements: tuple[DemoAgreement, ...] = ()
    events: tuple[DemoEvent, ...] = ()
    city: str = ""
    claims_office: str = ""
    officials: str = ""


AGENCIES: tuple[DemoAgency, ...] = (
    DemoAgency(
        key="meadowlark_so",
        name="Meadowlark County Sheriff's Office",
        aliases=("Meadowlark SO", "Meadowlark Sheriff", "Meadowlark County Jail", "cárcel de Meadowlark"),
        ori="ZZ9010000",
        agency_type="county",
        state="NE",
        county="Meadowlark County",
        county_code="901",
        agreements=(DemoAgreement(SupportType.JAIL_ENFORCEMENT_MODEL, signed_days_ago=402),),
        events=(
            DemoEvent(EventKind.APPLIED, 520, "The sheriff applies to join the program."),
            DemoEvent(EventKind.OTHER, 470, "The sheriff meets community groups, who say what worries them."),
            DemoEvent(EventKind.SIGNED, 402, "The sheriff signs the agreement."),
        ),
        claims_office="Meadowlark County Clerk, 1 Demo Square, Meadowlark (invented)",
        officials="Meadowlark County Sheriff and Meadowlark County Board, 1 Demo Square, Meadowlark (invented)",
    ),
    DemoAgency(
        key="platte_fork_pd",
        name="Platte Fork Police Department",
        aliases=("Platte Fork PD", "Platte Fork police", "policía de Platte Fork"),
        ori="ZZ9030100",
        agency_type="municipality",
        state="NE",
        county="Sandlark County",
        county_code="903",
        city="Platte Fork",
    ),
    DemoAgency(
        key="birchwater_so",
        name="Birchwater County Sheriff's Office",
        aliases=("Birchwater SO", "Birchwater Sheriff", "Birchwater deputies"),
        ori="ZZ9110000",
        agency_type="county",
        state="MN",
        county="Birchwater County",
        county_code="911",
        agreements=(
            DemoAgreement(SupportType.WARRANT_SERVICE_OFFICER, signed_days_ago=610, ended_days_ago=233),
            DemoAgreement(SupportType.TASK_FORCE_MODEL, signed_days_ago=233),
        ),
        events=(
            DemoEvent(EventKind.SIGNED, 610, "The sheriff signs the agreement."),
            DemoEvent(EventKind.RENEWED, 233, "The sheriff signs an updated agreement."),
        ),
    ),
    DemoAgency(
        key="larkspur_pd",
        name="Larkspur Police Department",
        aliases=("Larkspur PD", "Larkspur police", "city police of Larkspur"),
        ori="ZZ9130100",
        agency_type="municipality",
        state="MN",
        county="Larkspur County",
        county_code="913",
        city="Larkspur",
    ),
    DemoAgency(
        key="loess_ridge_so",
        name="Loess Ridge County Sheriff's Office",
        aliases=("Loess Ridge SO", "Loess Ridge Sheriff"),
        ori="ZZ9210000",
        agency_type="county",
        state="IA",
        county="Loess Ridge County",
        county_code="921",
    ),
)

AGENCY_BY_KEY: dict[str, DemoAgency] = {agency.key: agency for agency in AGENCIES}
