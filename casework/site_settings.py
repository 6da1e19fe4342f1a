"""Both sites' settings, sealed in the database, so that a new machine can be set up from a backup and the shares.

They are sealed to an identity that is made from the office signing key, so whoever opens that key reads them and nobody
else can put others in their place. They must never be shown, logged, or sealed to anything else.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, Engine

from casework.accounts import Granter
from casework.ledger_writing import append_event
from models.engine import write
from models.ledger import Event
from models.site_settings import list_site_settings, put_site_settings
from vault.contexts import Context
from vault.derivation import DOMAIN, derive_key
from vault.errors import CannotOpenError
from vault.identities import Identity
from vault.opening import open_json
from vault.sealing import seal_json
from vault.signing import SigningKey
from web.config import CaseworkConfig

SiteTexts = Mapping[str, Mapping[str, str]]

_LABEL = f"{DOMAIN}/site-settings/v1".encode()


def derive_settings_identity(signing_key: SigningKey) -> Identity:
    """Make the identity that opens the settings: HKDF-SHA256 (RFC 5869) over the office signing key's 32 bytes."""
    return Identity.from_seed(derive_key(signing_key.to_bytes(), _LABEL))


def seal_site_settings(texts: SiteTexts, signing_key: SigningKey) -> dict[str, bytes]:
    """Seal the settings of each site, name to text as in its file."""
    recipient = derive_settings_identity(signing_key).recipient
    return {
        site: seal_json(dict(values), recipients=[recipient], context=Context("site_settings", (site,)))
        for site, values in texts.items()
    }


def store_site_settings(engine: Engine, config: CaseworkConfig, granter: Granter, texts: SiteTexts) -> None:
    """Store both sites' settings as they are now, in the place of those stored before."""
    sealed = seal_site_settings(texts, granter.signing_key)
    with write(engine) as connection:
        for site, each in sealed.items():
            put_site_settings(connection, site, each)
        append_event(connection, Event("settings:stored", granter.staff_id, actor=granter.staff_id), config)


def open_site_settings(connection: Connection, signing_key: SigningKey) -> dict[str, dict[str, str]]:
    """Open the stored settings of each site.

    Raises:
        CannotOpenError: they were not sealed by who had the office signing key, or are damaged.
    """
    identity = derive_settings_identity(signing_key)
    texts = {}
    for site, sealed in list_site_settings(connection).items():
        opened = open_json(sealed, identity=identity, context=Context("site_settings", (site,)))
        if not isinstance(opened, dict):
            raise CannotOpenError
        texts[site] = {str(name): str(text) for name, text in opened.items()}
    return texts
