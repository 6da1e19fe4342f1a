"""Makes the public site."""

import os
from typing import Any

from flask import Flask, g, redirect, request, url_for
from werkzeug.wrappers import Response

from intake.county_pages import install_directory_pages
from intake.drafts import DraftBusyError, DraftGoneError
from intake.opening_hours import describe_hours, is_open_now
from intake.sending import NothingToSendError, record_untrusted_key
from intake.uploads import install_uploads
from intake.views import agencies, front, inbox, inbox_choices, later, receipt, report
from web.config import IntakeConfig, read_config
from web.cookies import get_box_cookie
from web.errors import render_error
from web.key_alarm import KeyAlarm
from web.languages import LANGUAGES, choose_language, get_language, load_translations, set_language
from web.site import make_site
from web.texts import read_text

COOKIE = "form"


def create_app(config: IntakeConfig | None = None) -> Flask:
    """Make the public site, from the environment unless a configuration is given."""
    config = config or read_config(IntakeConfig, os.environ)
    app = make_site("intake", config, cookie=COOKIE, leads_to=config.exit_url)
    app.extensions["key_alarm"] = KeyAlarm(lambda: record_untrusted_key(app.extensions["engine"], config))
    install_uploads(app)
    install_directory_pages(app)
    for code in config.languages:
        load_translations(code)

    @app.url_value_preprocessor
    def find_reader(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        """Find the language of the page and the key of the browser's box, before any check can refuse the request."""
        wanted = (values or {}).get("lang") or request.path.strip("/").split("/")[0]
        set_language(wanted if wanted in config.languages else choose_language(config.languages))
        g.box_key = get_box_cookie(app).read()

    def read_block(block: str, language: str) -> object:
        return read_text(block, language, config.texts_dir)

    def language_address(code: str) -> str:
        """Return the address of this page in another language."""
        if request.endpoint and request.view_args and "lang" in request.view_args and request.method == "GET":
            return url_for(request.endpoint, **{**request.view_args, "lang": code})
        return url_for("front.home", lang=code)

    app.jinja_env.globals.update(
        language_address=language_address,
        read_block=read_block,
        languages=[LANGUAGES[code] for code in config.languages],
        describe_hours=lambda: describe_hours(config),
        is_open_now=lambda: is_open_now(config),
    )

    @app.errorhandler(DraftBusyError)
    def show_busy(error: DraftBusyError) -> tuple[str, int]:
        del error
        return render_error(429)

    @app.errorhandler(DraftGoneError)
    @app.errorhandler(NothingToSendError)
    def show_what_became_of_it(error: Exception) -> Response:
        """After a second tap, or sending from two tabs: the receipt, if there is one, and else the first page."""
        del error
        return redirect(url_for("receipt.show", lang=get_language().code), 303)

    for part in (front, agencies, report, receipt, later, inbox, inbox_choices):
        app.register_blueprint(part.blueprint)
    return app
