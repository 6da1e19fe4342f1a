"""What the public site's cost is held against: the same forms and templates, no draft, and one plain insert.

It stores what it is sent readable in a table of its own, so it must never be more than a yardstick.
"""

from uuid import uuid4

import sqlalchemy
from flask import Flask, redirect, render_template, request, url_for
from sqlalchemy import Column, MetaData, String, Table, Text, insert
from werkzeug.wrappers import Response

from intake.choosing import Suggestions
from intake.forms import FORMS, PageForm
from intake.opening_hours import describe_hours, is_open_now
from intake.views.evidence import STEMS_WITH_FILES, describe_limits
from models.engine import write
from models.questionnaire.pages import PAGES
from web.config import IntakeConfig
from web.database import get_engine
from web.languages import LANGUAGES, set_language
from web.site import make_site
from web.texts import read_text

metadata = MetaData()
answers = Table("reference_answers", metadata, Column("id", String(36), primary_key=True), Column("answers", Text))


def make_table(owner_url: str) -> None:
    """Make the table of plain answers, which every role of the database may write to."""
    engine = sqlalchemy.create_engine(owner_url)
    metadata.create_all(engine)
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.exec_driver_sql("GRANT INSERT ON reference_answers TO PUBLIC")
    engine.dispose()


def create_reference(config: IntakeConfig) -> Flask:
    """Make the site: one page of the form to show and to take in, the frame of the real one around it."""
    app = make_site("intake", config, cookie="reference")

    def read_block(block: str, language: str) -> object:
        return read_text(block, language, config.texts_dir)

    app.jinja_env.globals.update(
        language_address=lambda code: url_for("front.home", lang=code),
        read_block=read_block,
        languages=[LANGUAGES[code] for code in config.languages],
        describe_hours=lambda: describe_hours(config),
        is_open_now=lambda: is_open_now(config),
    )

    @app.get("/<lang>/privacy", endpoint="front.privacy")
    def show_privacy(lang: str) -> str:
        return lang

    @app.get("/<lang>/agencies", endpoint="agencies.search")
    def show_search(lang: str) -> str:
        return lang

    @app.get("/<lang>/report/<address>")
    def show_page(lang: str, address: str) -> str:
        set_language(lang)
        return _render(FORMS[address.replace("-", "_")](values={}, hidden=frozenset()), lang)

    @app.post("/<lang>/report/<address>")
    def take_page(lang: str, address: str) -> Response | str:
        """Take a page in with one plain insert, and lead on; asked to "stay", answer with the page itself."""
        set_language(lang)
        form = FORMS[address.replace("-", "_")](request.form, values={}, hidden=frozenset())
        if not form.validate():
            raise ValueError
        with write(get_engine()) as connection:
            connection.execute(insert(answers), {"id": str(uuid4()), "answers": app.json.dumps(form.values)})
        if request.form["go"] == "stay":
            return _render(form, lang)
        return redirect(url_for("show_page", lang=lang, address=address), 303)

    return app


def _render(form: PageForm, lang: str) -> str:
    page = form.page
    return render_template(
        f"intake/{page.stem}.html",
        form=form,
        page=page,
        step=PAGES.index(page),
        steps=len(PAGES),
        previous=PAGES[0],
        can_send=True,
        suggestions=Suggestions((), "", (), is_looked_for=False),
        parts=[],
        hidden=frozenset(),
        open_details=[],
        next_detail=None,
        takes_files=page.stem in STEMS_WITH_FILES,
        files=[],
        **(describe_limits() if page.stem in STEMS_WITH_FILES else {}),
        address=lambda stem: url_for("show_page", lang=lang, address=stem.replace("_", "-")),
    )
