"""A paper about a county's agreements with ICE, for anybody to take along: answer, dates, points, rights, a letter.

It must never hold anything but public facts: it is made before anybody asks for it, and is the same for everyone.
"""

from dataclasses import dataclass
from functools import cache

from jinja2 import Template

from exports.environment import make_environment
from exports.rendering import render_pdf


@dataclass(frozen=True)
class Part:
    """One part of the paper, in order.

    `kind` is "lead" (the answer), "h2", "h3", "p", "ul", "ol" or "blank" (a line to write on, after its label).
    `language` is set where it is not the paper's.
    """

    kind: str
    lines: tuple[str, ...] = ()
    language: str = ""


@dataclass(frozen=True)
class Toolkit:
    """A paper as plain values. `language` is a code (BCP 47), `direction` "ltr" or "rtl".

    `foot` stands on each page but the last, which is the letter.
    """

    title: str
    language: str
    direction: str
    foot: str
    parts: tuple[Part, ...]
    letter: tuple[Part, ...]


def render_toolkit(toolkit: Toolkit) -> bytes:
    """The paper as a tagged PDF on US Letter; the same values give the same bytes."""
    return render_pdf(_load_template().render(toolkit=toolkit), styles=("toolkit.css",)).content


@cache
def _load_template() -> Template:
    return make_environment().get_template("exports/toolkit.html")
