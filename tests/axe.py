"""Runs axe on a page in Chromium, by the rules of WCAG 2.2 AA, and measures that nothing is wider than the screen."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[1] / "node_modules" / "axe-core" / "axe.min.js"
RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}"


def check_with_axe(page: Page, width: int) -> None:
    """Fail when axe finds something, or when a page of this width scrolls sideways."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(f"axe.run({RULES})")
    faults = [(fault["id"], fault["nodes"][0]["html"]) for fault in found["violations"]]
    assert faults == [], f"{page.url}: {faults}"
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
