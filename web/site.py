"""Makes the frame of a site: templates it may see, static files, headers, boxes, error pages, health."""

import hashlib
import logging
from functools import cache
from pathlib import Path

from flask import Flask, url_for
from jinja2 import FileSystemLoader, PrefixLoader, StrictUndefined

from web.body_limit import install_body_limit
from web.config import SiteConfig
from web.cookies import BoxCookie
from web.database import install_database
from web.errors import install_error_pages
from web.files import install_store
from web.headers import install_headers
from web.languages import format_date, get_language, gettext, ngettext
from web.origin import install_origin_check

_ROOT = Path(__file__).resolve().parent.parent
_TEMPLATES = _ROOT / "templates"
_STATIC = _ROOT / "static"


@cache
def _hash_static(name: str) -> str:
    return hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:12]


def _static_url(name: str) -> str:
    """Return the address of a static file; its content's hash is in it, so it can be kept forever."""
    return url_for("static", filename=name, v=_hash_static(name))


def make_site(name: str, config: SiteConfig, *, cookie: str, leads_to: str = "") -> Flask:
    """Make the frame of the site called `name`, which can render `templates/<name>/` and `templates/shared/` only."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = Flask(name, template_folder=None, static_folder=str(_STATIC), root_path=str(_ROOT / name))
    app.jinja_loader = PrefixLoader({folder: FileSystemLoader(_TEMPLATES / folder) for folder in (name, "shared")})
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        _=gettext,
        ngettext=ngettext,
        format_date=format_date,
        static_url=_static_url,
        get_language=get_language,
        config_of_site=config,
    )
    app.extensions["site_config"] = config
    app.extensions["box_cookie"] = BoxCookie(cookie, is_secure=config.is_secure)
    install_database(app, config)
    install_store(app, config)
    install_headers(app, is_secure=config.is_secure, leads_to=leads_to)
    install_body_limit(app)
    install_origin_check(app, config.origin)
    install_error_pages(app)

    @app.get("/healthz")
    def healthz() -> tuple[str, int]:
        return "ok\n", 200

    return app
