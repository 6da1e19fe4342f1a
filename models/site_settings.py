"""Each site's settings as stored for recovery: sealed, one row a site."""

from sqlalchemy import Connection, insert, select, update

from models.tables import site_settings


def put_site_settings(connection: Connection, site: str, sealed: bytes) -> None:
    """Store a site's sealed settings, in the place of those stored before."""
    changed = connection.execute(update(site_settings).where(site_settings.c.site == site).values(sealed=sealed))
    if not changed.rowcount:
        connection.execute(insert(site_settings).values(site=site, sealed=sealed))


def list_site_settings(connection: Connection) -> dict[str, bytes]:
    """Return the sealed settings by site."""
    return {row.site: row.sealed for row in connection.execute(select(site_settings))}
