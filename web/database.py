"""The site's database engine, made once at the start."""

from flask import Flask, current_app
from sqlalchemy import Engine

from models.engine import create_engine
from web.config import SiteConfig


def install_database(app: Flask, config: SiteConfig) -> None:
    """Give the site its engine."""
    app.extensions["engine"] = open_engine(config)


def open_engine(config: SiteConfig) -> Engine:
    """Make the engine of a site as it is configured, with the store of what passes where the site has one."""
    return create_engine(config.engine_url, passing=config.passing_path)


def get_engine() -> Engine:
    """Return the engine of the site that is answering."""
    engine: Engine = current_app.extensions["engine"]
    return engine
