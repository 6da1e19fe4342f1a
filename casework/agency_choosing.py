"""Picking the agency of a case in the directory, where the name in the report does not tell it, or tells another."""

from casework.case_agreements import ITEM_KIND
from casework.caseworker import Caseworker
from casework.opening import OpenedCase
from casework.recording import NewItem, StoryShutError, record_item


def choose_agency(caseworker: Caseworker, case: OpenedCase, agency_id: str, name: str) -> str:
    """Record which agency of the directory the case is about, or with a blank id that none is; return the item's id.

    Raises:
        StoryShutError: the conflict check keeps the story shut.
        CaseChangedError: the case's keys are not those that were opened any more.
        UntrustedKeyError: the case's public key is not signed by whom it should be.
    """
    if not case.may_read_story:
        raise StoryShutError
    return record_item(caseworker, case, NewItem(ITEM_KIND, "agency:chosen", {"agency": agency_id, "name": name}))
