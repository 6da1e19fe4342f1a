"""Who is asking: the caseworker of the request that is being answered."""

from casework.caseworker import Caseworker
from casework.gate import get_config
from casework.sessions import get_session
from web.database import get_engine


def get_caseworker() -> Caseworker:
    """Return who is signed in, with the site's database and configuration."""
    return Caseworker(get_engine(), get_config(), get_session())
