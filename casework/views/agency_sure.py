"""Asks once more before something of the directory is merged or removed, and shows what that does. Changes nothing."""

from collections.abc import Sequence

from flask import render_template, request

from casework.agency_pages import AgencyView
from web.csrf import BoxForm
from web.languages import gettext as _


def is_sure() -> bool:
    """Tell whether the post comes from the page that asked once more."""
    return request.form.get("sure") == "yes"


def describe_merge(view: AgencyView, remaining: str) -> list[str]:
    """Say what merging an agency into the one called `remaining` does, a line each."""
    name = view.row.name
    return [
        _("“{name}” is no agency of its own any more. Its names become other names of “{remaining}”.").format(
            name=name, remaining=remaining
        ),
        _("Its agreements ({agreements}) and its timeline ({events}) go to “{remaining}”.").format(
            agreements=len(view.agreements), events=len(view.events), remaining=remaining
        ),
        _("Its county, city, officials and source go: those of “{remaining}” hold.").format(remaining=remaining),
    ]


def ask_once_more(
    view: AgencyView, form: BoxForm, title: str, lines: Sequence[str], remaining: str = ""
) -> tuple[str, int]:
    """Show what a button would do, and ask; `remaining` is the id of the agency that another is merged into."""
    button_words = _("Merge them") if remaining else _("Remove it")
    return render_template(
        "casework/agency_sure.html",
        view=view,
        form=form,
        title=_(title),
        lines=lines,
        remaining=remaining,
        button_words=button_words,
    ), 200
