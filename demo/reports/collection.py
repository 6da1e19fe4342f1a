"""All fictional reports, oldest first, as they would have come in."""

from demo.reports import african_and_arabic, asian, checkpoint, english, pasted, spanish
from demo.reports.report import DemoReport

_MODULES = (spanish, english, checkpoint, african_and_arabic, asian, pasted)

REPORTS: tuple[DemoReport, ...] = tuple(
    sorted((report for module in _MODULES for report in module.REPORTS), key=lambda report: -report.days_ago)
)
