"""The office's document key: made at the ceremony, opened by legal staff, replaced, and never swapped unnoticed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, delete, insert, select, update

from casework.document_keys import FAULT as DOCUMENT_KEY_FAULT
from casework.document_keys import (
    DocumentKeyChangedError,
    list_certificates,
    make_key_row,
    open_document_key,
    replace_document_key,
)
from casework.ledger_commands import find_faults
from casework.permissions import Role
from casework.recovering import find_office
from casework.recovery import make_share_set
from casework.rotating import rotate_office_key
from casework.sessions import StaffSession
from casework.stored_comparison import compare_stored
from exports.signatures.keys import make_document_key
from exports.signatures.verifying import verify_pdf
from models.engine import create_engine, read, write
from models.ledger_search import EntryFilter, list_entry_rows
from models.tables import document_keys, ledger_entries
from tests.casework.conftest import MoveClock
from tests.casework.desks import sit_down_again
from tests.casework.keyholders import Keyholders
from tests.casework.signing import sign_document
from tests.exports.signed import make_small_pdf
from vault.errors import CannotOpenError, UntrustedKeyError
from vault.identities import Identity
from vault.signing import SigningKey
from web.clock import now


@pytest.fixture
def owner(owner_url: str) -> Iterator[Engine]:
    """The database as whoever took it over writes to it: what the site may not do itself is done here."""
    engine = create_engine(owner_url)
    yield engine
    engine.dispose()


def test_ceremony_makes_a_document_key(keyholders: Keyholders) -> None:
    """A new office signs with a certificate in its own name for ten years, and the ledger names it."""
    (certificate,) = list_certificates(keyholders.engine, keyholders.config)
    assert compare_stored(keyholders.engine, keyholders.config).faults == ()
    assert certificate.name == "Prairie Legal Aid"
    assert certificate.signs
    assert certificate.ends_at - now() > timedelta(days=3_600)
    with read(keyholders.engine) as connection:
        (entry,) = list_entry_rows(connection, EntryFilter("casework", kinds=("document_key:made",)), limit=9)
    assert certificate.id in entry.entry


@pytest.mark.parametrize("role", [Role.INTAKE, Role.ATTORNEY, Role.SUPERVISING_ATTORNEY])
def test_legal_staff_sign_in_the_offices_name(keyholders: Keyholders, role: Role) -> None:
    """Whoever may export opens the key, and what they sign is the office's."""
    signed = sign_document(keyholders.sit_down(role), make_small_pdf())
    (certificate,) = list_certificates(keyholders.engine, keyholders.config)
    assert verify_pdf(signed, certificate.certificate).is_ours


def test_office_from_before_has_no_key(keyholders: Keyholders, owner: Engine) -> None:
    """An office from before document keys has none, and asking for it is no error."""
    with write(owner) as connection:
        connection.execute(delete(document_keys))
        connection.execute(delete(ledger_entries).where(ledger_entries.c.kind == "document_key:made"))
    attorney = keyholders.sit_down(Role.ATTORNEY)
    assert open_document_key(attorney) is None
    assert list_certificates(keyholders.engine, keyholders.config) == ()


def test_replaced_key_still_verifies_what_it_signed(keyholders: Keyholders) -> None:
    """After a replacement new files carry the new certificate, and old ones are still known as the office's."""
    supervisor = keyholders.sit_down(Role.SUPERVISING_ATTORNEY)
    before = sign_document(supervisor, make_small_pdf())
    (old,) = list_certificates(keyholders.engine, keyholders.config)
    new_id = replace_document_key(supervisor, keyholders.open_granter(), None, replaces=old.id)
    after = sign_document(supervisor, make_small_pdf())
    todays, former = list_certificates(keyholders.engine, keyholders.config)
    assert (todays.id, todays.retired_on, former.id) == (new_id, None, old.id)
    assert former.retired_on is not None
    assert verify_pdf(before, former.certificate).is_ours
    assert verify_pdf(after, todays.certificate).is_ours
    assert not verify_pdf(after, former.certificate).is_ours


def test_same_page_twice_makes_one_key(keyholders: Keyholders) -> None:
    """Whoever replaces a key that is not today's any more changes nothing."""
    supervisor, granter = keyholders.sit_down(Role.SUPERVISING_ATTORNEY), keyholders.open_granter()
    (old,) = list_certificates(keyholders.engine, keyholders.config)
    replace_document_key(supervisor, granter, None, replaces=old.id)
    for seen in (old.id, None):
        with pytest.raises(DocumentKeyChangedError):
            replace_document_key(supervisor, granter, None, replaces=seen)
    assert len(list_certificates(keyholders.engine, keyholders.config)) == 2


def test_key_opens_after_the_office_key_changed(keyholders: Keyholders) -> None:
    """With a new office key everybody who holds it signs with the same document key as before, newcomers too."""
    rotate_office_key(keyholders.engine, keyholders.config, keyholders.open_granter())
    keyholders.join("Nora Nueva", Role.INTAKE)
    (certificate,) = list_certificates(keyholders.engine, keyholders.config)
    for who in (Role.ATTORNEY, "Nora Nueva"):
        signed = sign_document(sit_down_again(keyholders.sit_down(who)), make_small_pdf())
        assert verify_pdf(signed, certificate.certificate).is_ours


def test_key_opens_after_recovery_from_the_shares(keyholders: Keyholders, owner: Engine) -> None:
    """What the shares on paper open, also after a new office key, signs with the document key from before."""
    supervisor, granter = keyholders.sit_down(Role.SUPERVISING_ATTORNEY), keyholders.open_granter()
    shares = make_share_set(supervisor, granter, threshold=2, count=3, replaces=None)
    rotate_office_key(keyholders.engine, keyholders.config, granter)
    recovery = find_office(owner, shares.shares[1:]).recovery
    recovered = replace(supervisor, session=replace(supervisor.session, office_identities=recovery.office_identities))
    (certificate,) = list_certificates(keyholders.engine, keyholders.config)
    signed = sign_document(recovered, make_small_pdf())
    assert verify_pdf(signed, certificate.certificate).is_ours


def test_who_holds_no_office_key_opens_nothing(keyholders: Keyholders) -> None:
    """The administrator holds no office key, and so no document key either."""
    with pytest.raises(CannotOpenError):
        open_document_key(keyholders.sit_down(Role.ADMINISTRATOR))


def test_expired_key_signs_nothing(keyholders: Keyholders, move_clock: MoveClock) -> None:
    """After ten years documents leave unsigned rather than with a signature that readers call expired."""
    attorney = keyholders.sit_down(Role.ATTORNEY)
    move_clock(timedelta(days=3_700))
    assert open_document_key(attorney) is None
    assert not list_certificates(keyholders.engine, keyholders.config)[0].signs


def test_swapped_certificate_is_noticed(keyholders: Keyholders, owner: Engine) -> None:
    """Somebody who writes a key of their own into the database signs nothing, and the page says that it is not ours."""
    attorney = keyholders.sit_down(Role.ATTORNEY)
    office_key_id, identity = next(iter(attorney.session.office_identities.items()))
    forged = make_key_row(
        make_document_key("Prairie Legal Aid", now()),
        office_key_id=office_key_id,
        recipient=identity.recipient,
        signing_key=SigningKey.generate(),
        made_on=attorney.today,
    )
    with write(owner) as connection:
        connection.execute(update(document_keys).values(retired_on=attorney.today))
        connection.execute(insert(document_keys), forged)
    assert DOCUMENT_KEY_FAULT.removesuffix(".") in compare_stored(keyholders.engine, keyholders.config).faults
    assert DOCUMENT_KEY_FAULT in find_faults(keyholders.engine, keyholders.config)
    for look in (lambda: open_document_key(attorney), lambda: list_certificates(keyholders.engine, keyholders.config)):
        with pytest.raises(UntrustedKeyError):
            look()


def test_older_key_put_back_is_noticed(keyholders: Keyholders, owner: Engine) -> None:
    """A replaced key carries the office's signature still; brought back as today's, the ledger gives it away."""
    supervisor = keyholders.sit_down(Role.SUPERVISING_ATTORNEY)
    (old,) = list_certificates(keyholders.engine, keyholders.config)
    new_id = replace_document_key(supervisor, keyholders.open_granter(), None, replaces=old.id)
    with write(owner) as connection:
        connection.execute(delete(document_keys).where(document_keys.c.id == new_id))
        connection.execute(update(document_keys).values(retired_on=None))
    with pytest.raises(UntrustedKeyError):
        open_document_key(supervisor)
    with write(owner) as connection:
        connection.execute(delete(document_keys))
    with pytest.raises(UntrustedKeyError):
        open_document_key(supervisor)


def test_private_half_of_another_certificate_is_noticed(keyholders: Keyholders, owner: Engine) -> None:
    """A sealed key that is not the private half of its certificate is refused."""
    attorney = keyholders.sit_down(Role.ATTORNEY)
    with read(keyholders.engine) as connection:
        row = connection.execute(select(document_keys)).one()
    identity = attorney.session.office_identities[row.office_key_id]
    other = make_key_row(
        make_document_key("Prairie Legal Aid", now()),
        office_key_id=row.office_key_id,
        recipient=identity.recipient,
        signing_key=SigningKey.generate(),
        made_on=attorney.today,
    )
    with write(owner) as connection:
        connection.execute(update(document_keys).values(sealed_key=other["sealed_key"]))
    # Sealed for another place, it does not even open.
    with pytest.raises(CannotOpenError):
        open_document_key(attorney)


def test_rows_hold_no_private_key(keyholders: Keyholders) -> None:
    """What is stored of the private half opens with the office identity alone."""
    stranger = keyholders.sit_down(Role.ATTORNEY)
    office_key_id = next(iter(stranger.session.office_identities))
    other = StaffSession(
        staff_id="x",
        name="x",
        email="x",
        role=Role.ATTORNEY,
        identity=Identity.generate(),
        office_identities={office_key_id: Identity.generate()},
        signed_in_at=0,
    )
    with pytest.raises(CannotOpenError):
        open_document_key(type(stranger)(stranger.engine, stranger.config, other))
