"""The form of the page of tables: which fields of the chosen cases, which copy, which form, and why."""

from typing import Any, Final

from wtforms import Field, ValidationError

from casework.case_forms import NOT_OFFERED, SHORT, ChoiceField, OneOf, Words, make_text
from casework.export_forms import COPIES
from casework.run_forms import CasesForm
from casework.tabling import CSV, JSON, TableOrder
from exports.bundles.tables import COLUMNS
from exports.case_file import Variant
from web.csrf import N_, BoxForm
from web.languages import gettext as _

FORMS: Final = (
    (CSV, "CSV, for a spreadsheet: what begins like a formula gets an apostrophe before it"),
    (JSON, "JSON, for programs: to the letter"),
)
# No field of a table is the office's own, so an office copy of it would promise more than it holds.
_COPIES: Final = tuple(copy for copy in COPIES if copy[0] != Variant.OFFICE.value)
_USUAL: Final = ["reference", "received_on", "state", "county", "agency", "how_it_began", "how_it_ended"]


class ColumnsField(Field):
    """Several fields of a case out of those that a table can have."""

    def __init__(self, label: str, validators: list[Any], **settings: Any) -> None:  # noqa: ANN401  # WTForms' own arguments
        super().__init__(label, validators, **settings)
        self.choices = [(column.name, column.words) for column in COLUMNS]

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was ticked, each once."""
        self.data = list(dict.fromkeys(valuelist))


def check_columns(form: BoxForm, field: ColumnsField) -> None:
    """See to it that there is at least one field, and none that is not offered. Raises ValidationError."""
    del form
    if not field.data:
        raise ValidationError(_(N_("Choose at least one field")))
    if not set(field.data) <= {name for name, _words in field.choices}:
        raise ValidationError(_(NOT_OFFERED))


class TableForm(CasesForm):
    """What the table holds, and why it is made."""

    columns = ColumnsField("Which fields?", [check_columns], default=_USUAL)
    variant = ChoiceField(
        "Which copy?", [OneOf(N_("Choose which copy to make"))], choices=_COPIES, default=Variant.FACTS.value
    )
    file_form = ChoiceField("As what?", [OneOf(N_("Choose in which form"))], choices=FORMS, default=CSV)
    reason = make_text(
        "Why is it made, and for whom?",
        Words(SHORT, N_("Write why it is made. It is kept, sealed, with each case")),
        "For example: for the report to our funder. Only who may open the case can read this.",
    )

    def make_order(self) -> TableOrder:
        """What was asked for; only after the form was found to be right."""
        reason = str(self.reason.data)
        return TableOrder(tuple(self.columns.data), Variant(self.variant.code), self.file_form.code, reason)
