"""The demo office's invented staff. Holds no passphrase: each office makes its own at its first start."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoPerson:
    """One member of the staff. `role` is as in accounts, but a supervising attorney is an attorney who is marked."""

    key: str
    name: str
    email: str
    role: str
    is_supervising: bool = False


PEOPLE: tuple[DemoPerson, ...] = (
    DemoPerson("admin", "Imogen Fairweather", "admin@demo.example", "administrator"),
    DemoPerson("supervisor", "Oluwaseun Brightwater", "supervisor@demo.example", "attorney", is_supervising=True),
    DemoPerson("attorney", "Maren Castellane", "attorney@demo.example", "attorney"),
    DemoPerson("intake_one", "Tobias Quillfeather", "intake1@demo.example", "intake"),
    DemoPerson("intake_two", "Xiomara Vandermoor", "intake2@demo.example", "intake"),
    DemoPerson("supervisor_two", "Philippa Underhay", "supervisor2@demo.example", "attorney", is_supervising=True),
    DemoPerson("analyst", "Casimir Overmeadow", "analyst@demo.example", "analyst"),
)

PERSON_BY_KEY: dict[str, DemoPerson] = {person.key: person for person in PEOPLE}
