"""The site's database engine, made once at the start."""

from flask import Flask, current_app
from sqlalchemy import Engine

from models.engine import create_engine


def install_database(app: Flask, url: str) -> None:
    """Give the site its engine."""
    app.extensions["engine"] = create_engine(url)


def get_engine() -> Engine:
    """Return the engine of the site that is answering."""
    engine: Engine = current_app.extensions["engine"]
    return engine
