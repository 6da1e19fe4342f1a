"""A real S3 server for tests, with a key that it checks; it must never be left running."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.chromium import end_family
from tests.serving import ROOT, find_free_port

KEY_ID, SECRET, BUCKET = "test-key-id", "test-secret-of-nobody", "sealed"


@contextlib.contextmanager
def serve_s3(folder: Path) -> Iterator[str]:
    """Run a real S3 server over a folder, with a key that it checks, and yield its address."""
    (folder / BUCKET).mkdir(parents=True)
    port = find_free_port()
    program = shutil.which("rclone", path=f"{ROOT}/.venv/bin")
    assert program, "rclone comes with requirements-dev.txt"
    command = [program, "serve", "s3", f"{folder}", "--addr", f"127.0.0.1:{port}", "--auth-key", f"{KEY_ID},{SECRET}"]
    environment = {"PATH": os.environ["PATH"], "HOME": f"{folder}", "RCLONE_CONFIG": "/dev/null"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 20
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            assert time.monotonic() < end, "the S3 server did not come up"
            assert process.poll() is None
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        end_family({process.pid})
        process.wait()
