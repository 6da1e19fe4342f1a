"""The pages about agreements between police and ICE: search, states, counties, and what anybody should know of them.

They are the same for every reader and hold nothing of anybody, so each is made once and kept. None may ever show a
token, a draft or what somebody searched for to another reader, nor write anything.
"""

from collections.abc import Callable

from flask import Blueprint, abort, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from intake.county_pages import get_directory_pages, read_county_facts, read_office_facts, read_state_facts
from intake.directory import Directory
from intake.page_cache import KeptPage
from intake.searching import search_directory
from intake.views.front import check_language
from models import toolkits
from models.counties import County, list_state_codes, name_state
from models.engine import look_up
from models.place_words import LONGEST_QUERY
from models.toolkits import ANY_COUNTY
from web.county_words import describe_county, describe_office, find_host, write_date
from web.database import get_engine
from web.headers import allow_keeping
from web.languages import get_language

blueprint = Blueprint("agencies", __name__)

_KEEP_SECONDS = 300
# So many are shown of what was found; the rest is counted. Most counties of one name: 31 are called Washington.
_MOST_PLACES = 40
_MOST_AGENCIES = 20
# Pages of words alone: their address and their template are called the same.
READINGS = ("basics", "reasons", "rights", "complaints")


def _keep(page: KeptPage) -> Response:
    """Answer with a kept page, or say that the browser's own is still the same.

    A browser with a box here keeps nothing: whoever has begun a report leaves no more on the phone than before.
    """
    response = make_response(page.body)
    response.mimetype = "text/html"
    response.set_etag(page.tag)
    response.vary.add("Cookie")
    if g.box_key is None and "Cookie" not in request.headers:
        allow_keeping(_KEEP_SECONDS)
    return response.make_conditional(request)


def _make(key: tuple[str, ...], make: Callable[[Directory], str]) -> Response:
    return _keep(get_directory_pages().get_page((request.endpoint or "", get_language().code, *key), make))


def _find_place(directory: Directory, state: str, county: str) -> County:
    """Find the county of an address; 404 where there is none."""
    place = directory.find_place(state.upper(), county)
    if place is None:
        abort(404)
    return place


def _redirect_to_small_letters(state: str, county: str = "") -> Response | None:
    """Lead an address that was typed with capitals to the one that it has."""
    if (state + county).islower() or request.endpoint is None:
        return None
    values = {**(request.view_args or {}), "state": state.lower()}
    if county:
        values["county"] = county.lower()
    return redirect(url_for(request.endpoint, **values)) if values != request.view_args else None


@blueprint.get("/<lang>/agencies")
def search(lang: str) -> Response | str:
    """Find a county, a town or an agency by name (`q`), or go to a state's list."""
    check_language(lang)
    typed = request.args.get("q", "").strip()
    query = typed[:LONGEST_QUERY]
    states = sorted(((code.lower(), name_state(code)) for code in list_state_codes()), key=lambda state: state[1])
    if not query:
        return _make(
            (), lambda _directory: render_template("intake/agencies.html", states=states, query="", found=None)
        )
    directory = get_directory_pages().get_directory()
    found = search_directory(directory, query)
    return render_template(
        "intake/agencies.html",
        states=states,
        query=query,
        is_cut=len(typed) > LONGEST_QUERY,
        found=found,
        agencies=[(agency, directory.find_county_of(agency)) for agency in found.agencies[:_MOST_AGENCIES]],
        most_agencies=_MOST_AGENCIES,
        most_places=_MOST_PLACES,
        office_slugs=directory.office_slugs,
        name_state=name_state,
    )


def _add_reading(name: str) -> None:
    def show(lang: str) -> Response:
        check_language(lang)
        return _make((), lambda _directory: render_template(f"intake/agencies_{name}.html"))

    show.__doc__ = f"Show the page of words called {name}."
    blueprint.add_url_rule(f"/<lang>/agencies/{name}", name, show)


for _name in READINGS:
    _add_reading(_name)


@blueprint.get("/<lang>/agencies/<state>")
def show_state(lang: str, state: str) -> Response:
    """List the counties of a state, and which agencies of it have an agreement on record."""
    check_language(lang)
    if away := _redirect_to_small_letters(state):
        return away

    def make(directory: Directory) -> str:
        places = directory.list_places(state.upper())
        if not places:
            abort(404)
        facts = read_state_facts(state.upper())
        read = facts.lists_read
        return render_template(
            "intake/agencies_state.html",
            places=places,
            by_fips={place.fips: place for place in places},
            state=state,
            state_name=name_state(state.upper()),
            agencies=facts.with_agreement,
            office_slugs=directory.office_slugs,
            list_date=write_date(read.newest_on, "day", get_language().code) if read else "",
        )

    return _make((state,), make)


@blueprint.get("/<lang>/agencies/<state>/offices/<office>")
def show_office(lang: str, state: str, office: str) -> Response:
    """Answer whether an office that is bound to no county has an agreement, since when and of which model."""
    check_language(lang)

    def make(directory: Directory) -> str:
        agency = directory.offices.get((state.upper(), office))
        facts = read_office_facts(agency.id) if agency and state.islower() else None
        if facts is None:
            abort(404)
        words = describe_office(facts, get_language().code)
        return render_template(
            "intake/agencies_office.html", agency=agency, facts=facts, words=words, find_host=find_host, state=state
        )

    return _make((state, office), make)


@blueprint.get("/<lang>/agencies/<state>/<county>")
def show_county(lang: str, state: str, county: str) -> Response:
    """Answer whether a county is in an agreement, since when, of which model, and what follows from it."""
    return _show_page_of("agencies_county", lang, state, county)


@blueprint.get("/<lang>/agencies/<state>/<county>/action")
def show_action(lang: str, state: str, county: str) -> Response:
    """Say who decides about the agreement of a county, and what can be said to them."""
    return _show_page_of("agencies_action", lang, state, county)


@blueprint.get("/<lang>/agencies/<state>/<county>/letter")
def show_letter(lang: str, state: str, county: str) -> Response:
    """Show a letter to print; what is typed on it is sent nowhere."""
    return _show_page_of("agencies_letter", lang, state, county)


def _show_page_of(template: str, lang: str, state: str, county: str) -> Response:
    check_language(lang)
    if away := _redirect_to_small_letters(state, county):
        return away

    def make(directory: Directory) -> str:
        place = _find_place(directory, state, county)
        facts = read_county_facts(place)
        words = describe_county(facts, get_language().code)
        return render_template(
            f"intake/{template}.html", place=place, facts=facts, words=words, find_host=find_host, state=state
        )

    return _make((state, county), make)


@blueprint.get("/<lang>/agencies/<state>/<county>/toolkit")
def send_toolkit(lang: str, state: str, county: str) -> Response | tuple[str, int]:
    """Hand out the county's paper as a file to keep; where nothing is known of it, the state's, called by its name."""
    check_language(lang)
    place = _find_place(get_directory_pages().get_directory(), state, county)
    # Kept like a page: it changes with the directory and not otherwise.
    pages = get_directory_pages()
    code = pages.get_page(
        ("paper code", place.fips), lambda _directory: read_county_facts(place).paper_code
    ).body.decode()
    name = {place.fips: f"{state}-{county}", ANY_COUNTY: "any-county"}.get(code, f"{state}-any-county")
    answer = _send_paper(code, lang, name)
    if answer is None:
        page = render_template("intake/agencies_no_toolkit.html", state=state, place=place, has_own=code == place.fips)
        return page, 404
    return answer


@blueprint.get("/<lang>/agencies/paper")
def send_paper(lang: str) -> Response:
    """Hand out the paper for any county, called so."""
    check_language(lang)
    return _send_paper(ANY_COUNTY, lang, "any-county") or abort(404)


def _send_paper(code: str, lang: str, name: str) -> Response | None:
    with look_up(get_engine()) as connection:
        row = toolkits.get_toolkit(connection, code, lang)
    if row is None:
        return None
    response = make_response(row.content)
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    response.set_etag(row.digest)
    return response.make_conditional(request)
