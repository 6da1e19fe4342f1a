"""The pages of the form. One view shows a page, one takes it in; both read the page's stem from the address."""

from flask import Blueprint, abort, current_app, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from intake import drafts, sending, waiting
from intake.choosing import FIND, Posted, apply_choice, keep_choice, start_with_place, suggest_agencies
from intake.county_pages import get_directory_pages
from intake.drafts import Draft
from intake.evidence import save_page
from intake.forms import FORMS, PageForm, may_be_sent
from intake.reader import find_reader_state, get_config
from intake.uploads import Ending, get_arrival
from intake.views.evidence import (
    STEMS_WITH_FILES,
    begin_receiving,
    describe_limits,
    find_answered,
    find_status,
    list_file_errors,
    list_files,
    list_lost_files,
)
from intake.views.front import check_language
from models.questionnaire.pages import (
    DETAIL_STEMS,
    PAGE_BY_STEM,
    POSITIONS,
    Page,
    find_next_page,
    find_previous_page,
    list_asked_pages,
)
from web.body_limit import takes_files
from web.cookies import get_box_cookie
from web.csrf import N_
from web.database import get_engine
from web.languages import gettext
from web.origin import is_from_this_site

blueprint = Blueprint("report", __name__)

BEGUN_AGAIN = N_(
    "Your earlier answers are no longer here: they are erased after a day, or when the browser forgets them. "
    "What you just wrote is saved. Please press the button again."
)
STORY_FIRST = N_("Please answer this before you send.")
_STORY = POSITIONS["what_happened"]


def _to_stem(address: str) -> str:
    return address.replace("-", "_")


def _address(lang: str, stem: str) -> str:
    return url_for("report.show_page", lang=lang, address=stem.replace("_", "-"))


def _find_page(lang: str, address: str) -> Page:
    check_language(lang)
    page = PAGE_BY_STEM.get(_to_stem(address))
    if page is None or "_" in address:
        abort(404)
    return page


def _render(form: PageForm, draft: Draft | None, lang: str, status: int = 200) -> tuple[str, int]:
    page = form.page
    values = draft.values if draft else {}
    path = [asked.stem for asked in list_asked_pages(values)]
    context = {
        "form": form,
        "page": page,
        "step": path.index(page.stem) + 1 if page.stem in path else 0,
        "steps": len(path),
        "previous": find_previous_page(page.stem, values),
        "can_send": POSITIONS[page.stem] >= _STORY,
        "address": lambda stem: _address(lang, stem),
        "takes_files": page.stem in STEMS_WITH_FILES,
        "files": list_files(draft),
    }
    if page.stem in STEMS_WITH_FILES:
        context |= describe_limits()
    if page.stem == "check":
        context |= _describe_draft(draft)
    if page.stem == "police":
        typed = "" if "agency" in form.hidden and not form["agency"].data else str(form["agency"].data or "")
        context["suggestions"] = suggest_agencies(get_directory_pages().get_directory(), draft, typed)
    return render_template(f"intake/{page.stem}.html", **context), status


def _describe_draft(draft: Draft | None) -> dict[str, object]:
    """What the check page shows of each page: its questions, with the words of their answers."""
    values = draft.values if draft else {}
    parts = []
    for is_detail in (False, True):
        for page in list_asked_pages(values, details=is_detail):
            rows = [(question, values.get(question.id)) for question in page.questions]
            if rows and page.stem != "check" and (not is_detail or (draft and page.stem in draft.seen)):
                parts.append((page, rows))
    details = [
        page
        for page in list_asked_pages(values, details=True)
        if page.stem != "evidence" and (not draft or page.stem not in draft.seen)
    ]
    return {
        "parts": parts,
        "hidden": draft.hidden if draft else frozenset(),
        "open_details": details,
        "next_detail": details[0] if details else None,
    }


@blueprint.get("/<lang>/report/<address>")
def show_page(lang: str, address: str) -> Response | tuple[str, int]:
    """Show a page with what was saved; without a draft there is only the first page."""
    page = _find_page(lang, address)
    if page.stem == "start":
        return redirect(url_for("front.home", lang=lang))
    state = find_reader_state()
    if state.draft is None:
        target = url_for("receipt.show", lang=lang) if state.receipt else url_for("front.home", lang=lang)
        return redirect(target, 303)
    if not page.is_asked(state.draft.values):
        return redirect(_address(lang, find_next_page(page.stem, state.draft.values).stem), 303)
    return _render(_fill_form(page.stem, state.draft), state.draft, lang)


def _fill_form(stem: str, draft: Draft) -> PageForm:
    return FORMS[stem](values=draft.values, hidden=draft.hidden, answered=find_answered(draft))


@blueprint.post("/<lang>/report/<address>")
@takes_files
def take_page(lang: str, address: str) -> Response | tuple[str, int]:
    """Take a page in: save first, whatever the button; then go on, back, elsewhere, or send."""
    page = _find_page(lang, address)
    state = find_reader_state()
    begin_receiving(page.stem, state.draft)
    if state.draft is None:
        if state.receipt and page.stem != "start":
            return redirect(url_for("receipt.show", lang=lang), 303)
        return _begin(page, lang)
    if page.stem == "start":
        if is_from_this_site():
            _start_with_place(state.draft, lang)
        return redirect(_address(lang, find_next_page("start", state.draft.values).stem), 303)
    posted, arrival = _read_posted(page, state.draft), get_arrival()
    hidden = state.draft.hidden
    form = FORMS[page.stem](posted, values={}, hidden=hidden, answered=find_answered(state.draft, arrival))
    is_valid = form.validate()
    if arrival.ending is not Ending.WHOLE:
        return _take_what_came(form, state.draft, lang)
    if "csrf_token" in form.errors:
        form.form_errors = [*form.form_errors, *list_lost_files()]
        return _render(form, state.draft, lang, 400)
    draft = save_page(
        get_engine(),
        get_config(),
        arrival,
        state.draft,
        page.stem,
        form.values,
        language=lang,
        remove_answers=[name for name in posted.getlist("remove") if name in hidden],
        remove_files=posted.getlist("remove_file"),
    )
    draft = _keep_choice(page, draft)
    if errors := list_file_errors():
        form.form_errors = errors
        return _render(form, draft, lang, find_status())
    if "remove_file" in posted or posted.get("go") == "add":
        return redirect(_address(lang, page.stem), 303)
    return _go_on(form, draft, lang, is_valid=is_valid)


def _read_posted(page: Page, draft: Draft) -> Posted:
    if page.stem != "police":
        return request.form
    return apply_choice(request.form, get_directory_pages().get_directory(), draft)


def _keep_choice(page: Page, draft: Draft) -> Draft:
    if page.stem != "police":
        return draft
    return keep_choice(get_engine(), get_config(), draft, get_directory_pages().get_directory(), request.form)


def _take_what_came(form: PageForm, draft: Draft, lang: str) -> Response | tuple[str, int]:
    """Keep the words of a post that did not come whole: what is missing in it was not taken back by anybody."""
    stem = form.page.stem
    if "csrf_token" not in form.errors:
        known = draft.values
        came = {
            question: value
            for question, value in form.values.items()
            if question in request.form and not str(known.get(question, "")).startswith(str(value))
        }
        draft = drafts.save_answers(get_engine(), get_config(), draft, stem, came, language=lang)
    form = _fill_form(stem, draft)
    form.form_errors = list_file_errors()
    return _render(form, draft, lang, find_status())


def _go_on(form: PageForm, draft: Draft, lang: str, *, is_valid: bool) -> Response | tuple[str, int]:
    go = request.form.get("go", "next")
    stem = form.page.stem
    if go == "later" and draft.waiting is None:
        waiting.take_code(get_engine(), get_config(), draft)
    if go == "back":
        previous = find_previous_page(stem, draft.values)
        return redirect(_address(lang, previous.stem) if previous else url_for("front.home", lang=lang), 303)
    if go.startswith("language:") and go.removeprefix("language:") in get_config().languages:
        return redirect(_address(go.removeprefix("language:"), stem), 303)
    if go == "later":
        return redirect(url_for("later.show", lang=lang), 303)
    if not is_valid:
        return _render(form, draft, lang, 400)
    if go == FIND and stem == "police":
        return redirect(f"{_address(lang, stem)}#found", 303)
    if go in {"evidence", "check"}:
        return redirect(_address(lang, go), 303)
    if go == "send":
        return _send(draft, lang)
    if go == "details":
        opened = _describe_draft(draft)["next_detail"]
        return redirect(_address(lang, opened.stem if isinstance(opened, Page) else DETAIL_STEMS[0]), 303)
    return redirect(_address(lang, find_next_page(stem, draft.values).stem), 303)


def _begin(page: Page, lang: str) -> Response | tuple[str, int]:
    """Begin a draft. From any page but the first, the page comes back with what was typed, already saved."""
    draft = drafts.begin_draft(get_engine(), get_config())
    g.box_key = draft.key
    answer: Response
    if page.stem == "start":
        _start_with_place(draft, lang)
        answer = redirect(_address(lang, "urgent"), 303)
    else:
        form = FORMS[page.stem](request.form, values={}, hidden=frozenset())
        draft = drafts.save_answers(get_engine(), get_config(), draft, page.stem, form.values, language=lang)
        form = FORMS[page.stem](request.form, values={}, hidden=frozenset())
        form.form_errors = [gettext(BEGUN_AGAIN), *list_lost_files()]
        body, status = _render(form, draft, lang, 409)
        answer = current_app.make_response((body, status))
    get_box_cookie(current_app).write(answer, draft.key)
    return answer


def _start_with_place(draft: Draft, lang: str) -> None:
    """Begin with the place and the agency that a county's or an office's page sent along, if one did."""
    if "state" in request.form:
        directory = get_directory_pages().get_directory()
        start_with_place(get_engine(), get_config(), draft, directory, request.form, lang)


def _send(draft: Draft, lang: str) -> Response | tuple[str, int]:
    """Send, unless something that only the reporter can mend stands in the way: then show that page."""
    values = draft.values
    for page in list_asked_pages(values):
        if page.stem not in draft.seen and POSITIONS[page.stem] > _STORY:
            continue
        if not may_be_sent(page, values, draft.hidden, find_answered(draft)):
            form = _fill_form(page.stem, draft)
            form.check()
            form.form_errors = [gettext(STORY_FIRST)]
            return _render(form, draft, lang, 400)
    sending.send_report(get_engine(), get_config(), draft, draft.key, lang)
    return redirect(url_for("receipt.show", lang=lang), 303)
