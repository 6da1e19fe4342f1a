"""What the roles are called on pages, on paper and at the terminal."""

from casework.permissions import Role

ROLE_NAMES: dict[str, str] = {
    Role.ADMINISTRATOR: "Administrator",
    Role.INTAKE: "Intake",
    Role.ATTORNEY: "Attorney",
    Role.SUPERVISING_ATTORNEY: "Supervising attorney",
    Role.ANALYST: "Analyst",
}
