"""How many requests a second the public site answers as it is served, and what all its processes spend on one.

For information: granian's two worker processes and the client that asks share this machine's cores.
Run from the project's folder: python -m bench.served
"""

import math
import os
import socket
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.office import DATABASES, run_office
from bench.site_requests import ANSWERS, begin_report, make_body
from bench.table import Row, print_table
from intake.app import create_app
from tests.faults.served_site import ServedSite, serve_intake

CLIENTS = 8
REQUESTS = 150  # of each client
SENDS = 30  # of each client
PAGE = "people"
COUNTY = "/es/agencies/ne/dakota"


def read_cpu(process_group: int) -> float:
    """Processor seconds that all living processes of a group have spent; proc(5), fields 5, 14 and 15."""
    spent = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue  # it ended in this moment
        if int(fields[2]) == process_group:
            spent += int(fields[11]) + int(fields[12])
    return spent / os.sysconf("SC_CLK_TCK")


def make_message(served: ServedSite, method: str, stem: str, cookie: str, body: bytes = b"") -> bytes:
    """Write a whole request as a browser would send it."""
    address = f"/es/report/{stem.replace('_', '-')}"
    lines = [f"{method} {address} HTTP/1.1", f"Host: 127.0.0.1:{served.port}", f"Cookie: form={cookie}"]
    if method == "POST":
        lines += [f"Origin: {served.config.origin}", f"Content-Length: {len(body)}"]
        lines += ["Content-Type: application/x-www-form-urlencoded"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def make_visit(served: ServedSite, address: str) -> bytes:
    """Write a request for a page by somebody who was never here before."""
    return f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n\r\n".encode()


def ask_in_a_row(port: int, messages: Sequence[bytes]) -> None:
    """Send one request after the other over one connection; raises RuntimeError when one fails."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        answers = connection.makefile("rb")
        for message in messages:
            connection.sendall(message)
            status = answers.readline()
            if status.split(b" ")[1] not in {b"200", b"303"}:
                raise RuntimeError(status.decode())
            length = 0
            while (line := answers.readline().strip()) != b"":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
            answers.read(length)


def measure(served: ServedSite, rows_of_messages: Sequence[Sequence[bytes]]) -> tuple[float, float]:
    """Requests a second, and processor milliseconds of all the site's processes for one request."""
    number = sum(len(messages) for messages in rows_of_messages)
    cpu, start = read_cpu(served.process_group), time.monotonic()
    with ThreadPoolExecutor(len(rows_of_messages)) as pool:
        list(pool.map(lambda messages: ask_in_a_row(served.port, messages), rows_of_messages))
    seconds = time.monotonic() - start
    return number / seconds, 1_000 * (read_cpu(served.process_group) - cpu) / number


def run() -> Iterable[Row]:
    """The rows of the table: name, unit, measured, limit."""
    for database in DATABASES:
        with run_office(database) as config, serve_intake(config, config.data_dir / "served.log") as served:
            app = create_app(config)
            cookies = [begin_report(app) for _client in range(CLIENTS)]
            unsent = [[begin_report(app) for _send in range(SENDS)] for _client in range(CLIENTS)]
            app.extensions["engine"].dispose()
            fields = ANSWERS[PAGE] | {"go": "next"}
            deeds = {
                "county page": [[make_visit(served, COUNTY)] * REQUESTS for _client in range(CLIENTS)],
                "page of the form, GET": [[make_message(served, "GET", PAGE, key)] * REQUESTS for key in cookies],
                "page of the form, POST": [
                    [make_message(served, "POST", PAGE, key, make_body(fields, key))] * REQUESTS for key in cookies
                ],
                "send": [
                    [make_message(served, "POST", "check", key, make_body({"go": "send"}, key)) for key in keys]
                    for keys in unsent
                ],
            }
            for deed, messages in deeds.items():
                a_second, cpu = measure(served, messages)
                yield f"served: {deed}, {database}", "requests/s", a_second, math.nan
                yield f"served: {deed}, {database}", "ms CPU", cpu, math.nan


if __name__ == "__main__":
    print_table(run())
