"""Recording beside others: nobody's change is lost, and a case of its own holders stays theirs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from casework.caseworker import Caseworker
from casework.conflicts import decide_conflict
from casework.dispositions import decide_disposition
from casework.marks import Mark, change_mark
from casework.opening import CaseNotFoundError, ConflictState, open_card, open_case
from casework.permissions import Role
from casework.recording import CaseChangedError, StoryShutError
from casework.translations import add_translation
from models.cases import Status, put_case_key
from models.engine import read, write
from models.staff import get_staff
from models.tables import cards, case_keys, sealed_items
from tests.casework.filing import Filing
from vault.contexts import Context
from vault.identities import Identity
from vault.recipients import Recipient
from vault.sealing import seal_identity


def test_two_changes_at_once_do_not_overwrite_each_other(caseworker: Caseworker, filing: Filing) -> None:
    """Whoever changes a card that changed since they opened the case is told so, and nothing is written."""
    case = filing.file()
    stale = open_case(caseworker, case.reference)
    decide_conflict(caseworker, open_case(caseworker, case.reference), ConflictState.CONFLICT, "We act for the deputy")
    with pytest.raises(CaseChangedError):
        change_mark(caseworker, stale, Mark.DOUBTFUL, "Sent three times", is_set=True)
    now = open_case(caseworker, case.reference)
    assert (now.conflict, now.marks) == (ConflictState.CONFLICT, ())
    with read(filing.engine) as connection:
        kinds = connection.execute(select(sealed_items.c.kind).where(sealed_items.c.case_id == case.id)).scalars().all()
    assert sorted(kinds) == ["conflict_check", "report"]


def test_a_case_opens_for_its_holders_alone(caseworker: Caseworker, filing: Filing) -> None:
    """Somebody who holds no key of a case is told that there is none."""
    case = filing.file()
    stranger = replace(caseworker, session=replace(caseworker.session, office_identities={}))
    with pytest.raises(CaseNotFoundError):
        open_case(stranger, case.reference)


def test_a_card_is_sealed_anew_to_every_holder(
    caseworker: Caseworker, staff_identity: Identity, filing: Filing
) -> None:
    """After a decision the card opens for a person who holds the case beside the office, with their own key alone."""
    case = filing.file()
    opened = open_case(caseworker, case.reference)
    staff_id = caseworker.staff_id
    with write(filing.engine) as connection:
        row = connection.execute(select(case_keys).where(case_keys.c.case_id == case.id)).one()
        person = get_staff(connection, staff_id)
        assert person is not None
        recipient = Recipient.from_bytes(person.recipient)
        some = Identity.generate()
        put_case_key(
            connection,
            case_id=row.case_id,
            holder_id=staff_id,
            **{
                f"sealed_{kind}": seal_identity(
                    some, recipients=[recipient], context=Context(kind, (case.id, staff_id))
                )
                for kind in ("report_identity", "work_identity")
            },
        )
    decide_conflict(caseworker, opened, ConflictState.NEEDS_REVIEW, "A name like it is in our files")
    with read(filing.engine) as connection:
        sealed = connection.execute(select(cards.c.sealed).where(cards.c.case_id == case.id)).scalar_one()
    alone = replace(caseworker, session=replace(caseworker.session, identity=staff_identity, office_identities={}))
    card = open_card(alone, case.id, case.reference, sealed)
    assert card is not None
    assert card.conflict == "needs_review"


def test_the_deeds_themselves_keep_the_story_shut(caseworker: Caseworker, filing: Filing) -> None:
    """Without the check, or for a role that may not, the deed refuses whatever page asked for it."""
    case = filing.file()
    with pytest.raises(StoryShutError):
        add_translation(caseworker, open_case(caseworker, case.reference), "They stopped me")
    decide_conflict(caseworker, open_case(caseworker, case.reference), ConflictState.CLEAR, "Not known to us")
    intake = replace(caseworker, session=replace(caseworker.session, role=Role.INTAKE))
    with pytest.raises(StoryShutError):
        decide_disposition(intake, open_case(intake, case.reference), Status.ACCEPTED, "Because")
