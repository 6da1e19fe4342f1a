"""A bundle of a case: paper, files, data, and what proves them, as one bag that streams out.

Everything in it is made of one production, so a copy's bundle holds what the copy holds. It writes nothing to disk and
records nothing: whoever hands it over records it (casework/producing.py) before it leaves.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from casework.bundled_evidence import (
    WHOLE_COPIES,
    EvidenceFile,
    FileChangedError,
    add_evidence,
    list_evidence,
)
from casework.case_files import CannotExportError
from casework.caseworker import Caseworker
from casework.ledger_extracts import list_extract
from casework.opening import OpenedCase
from casework.sealed_originals import SealedOriginal, list_originals, make_payloads
from exports.bundles.bag import BagInfo, BagWriter, Payload, Sink, Steps, run_steps
from exports.bundles.case_json import BundledFile, write_case_json
from exports.bundles.readme import write_readme
from exports.bundles.tables import (
    COLUMNS,
    LoadRow,
    write_answers_csv,
    write_cases_csv,
    write_exhibits_csv,
    write_load_file,
)
from exports.bundles.wording import DESCRIPTION
from exports.productions import Production
from exports.redaction.searching import search_for_removed
from models.blobs import BlobStore
from vault.errors import CannotSealError
from vault.outside import Lock, OutsideSealer, Passphrase, read_outside_recipient

ZIP: Final = "application/zip"
SEALED_ZIP: Final = "application/octet-stream"


@dataclass(frozen=True)
class BundleDocument:
    """A finished PDF of the same copy: its file name, which names nobody, and its pages with their Bates numbers."""

    name: str
    content: bytes = field(repr=False)
    pages: int = 0
    first_number: str = ""
    last_number: str = ""


@dataclass(frozen=True)
class BundleOptions:
    """What somebody asked for. ``lock`` seals the whole bundle to one person outside; without it the ZIP is open."""

    with_sealed_originals: bool = False
    lock: Lock | None = field(default=None, repr=False)


@dataclass(frozen=True)
class WrittenBundle:
    """What a finished bundle holds, as its case.json says it: also each exhibit that is missing, with the reason.

    ``sha256`` in hexadecimal and ``length`` in bytes are of the ZIP, before it was sealed to anybody.
    """

    files: tuple[BundledFile, ...]
    sha256: str
    length: int

    @property
    def missing(self) -> tuple[BundledFile, ...]:
        """The exhibits whose file is not in it."""
        return tuple(each for each in self.files if each.missing)


def choose_lock(*, passphrase: str = "", recipient: str = "") -> Lock | None:
    """Make the lock that a form asks for: words, somebody's age recipient, or none.

    Raises:
        CannotSealError: both, a recipient that is none, or words that cannot be a passphrase.
    """
    if passphrase and recipient:
        raise CannotSealError("A bundle is sealed under a passphrase or to a recipient, not both.")
    if recipient:
        return read_outside_recipient(recipient)
    return Passphrase(passphrase) if passphrase else None


def name_bundle(production: Production, options: BundleOptions) -> str:
    """Its file name, which gives away nobody's name: "case-7K2M-94PD-bundle-facts.zip", ".zip.age" where sealed."""
    return f"{_name_folder(production)}.zip{'.age' if options.lock else ''}"


def _name_folder(production: Production) -> str:
    return f"case-{production.case_file.reference}-bundle-{production.variant.value}"


def write_bundle(
    sink: Sink,
    caseworker: Caseworker,
    store: BlobStore,
    case: OpenedCase,
    production: Production,
    documents: Sequence[BundleDocument],
    options: BundleOptions,
) -> WrittenBundle:
    """Write a case's bundle into a sink in one go. Raises as `prepare_bundle` and `PreparedBundle.write`."""
    return prepare_bundle(caseworker, store, case, production, documents, options).write(sink)


def prepare_bundle(
    caseworker: Caseworker,
    store: BlobStore,
    case: OpenedCase,
    production: Production,
    documents: Sequence[BundleDocument],
    options: BundleOptions,
) -> "PreparedBundle":
    """Choose what goes into a bundle, prove each file, and hold the ledger's entries as they are now.

    Raises:
        CannotExportError: sealed originals with a copy that leaves things out.
        BlobStoreError: the store does not answer.
    """
    if options.with_sealed_originals and production.variant not in WHOLE_COPIES:
        raise CannotExportError("Sealed originals hold everything. They cannot go with a copy that leaves things out.")
    return PreparedBundle(
        store=store,
        case=case,
        production=production,
        documents=tuple(documents),
        lock=options.lock,
        evidence=list_evidence(store, case, production),
        originals=list_originals(caseworker, store, case) if options.with_sealed_originals else (),
        extract=list_extract(caseworker, case, production),
        info=BagInfo(
            source_organization=production.case_file.office_name,
            external_identifier=production.case_file.reference,
            description=DESCRIPTION,
            bagged_on=caseworker.today,
        ),
    )


@dataclass(frozen=True, kw_only=True)
class PreparedBundle:
    """A bundle that can be written as often as needed, the same to the byte each time but for what seals it.

    So its digest can be recorded before its first byte leaves, and nothing as long as a video is ever held in memory.
    It must not outlive a request: it holds an opened case.
    """

    store: BlobStore = field(repr=False)
    case: OpenedCase = field(repr=False)
    production: Production = field(repr=False)
    documents: tuple[BundleDocument, ...] = field(repr=False)
    lock: Lock | None = field(repr=False)
    evidence: tuple[EvidenceFile, ...] = field(repr=False)
    originals: tuple[SealedOriginal, ...] = field(repr=False)
    extract: tuple[Payload, ...] = field(repr=False)
    info: BagInfo = field(repr=False)

    def measure(self) -> WrittenBundle:
        """Write it to nowhere and tell what it is, to be recorded before `iterate` hands it over. Raises as `write`."""
        return run_steps(self._write_in_steps(_Buffer(is_kept=False), None, ""))

    def write(self, sink: Sink, *, expected: str = "") -> WrittenBundle:
        """Write it into a sink, sealed where that was asked, and tell what is in it.

        When it raises, what the sink got by then is no whole bundle and must be dropped.

        Raises:
            CannotExportError: a removed word is still in its data.
            FileChangedError: a file changed meanwhile, or the ZIP's SHA-256 is not the one that was ``expected``.
            BlobStoreError: the store does not answer.
            CannotSealError: the recipient's key is not safe.
            BadPathError: a document's name is not one of ours.
        """
        return run_steps(self._write_in_steps(sink, self.lock, expected))

    def iterate(self, *, expected: str) -> Iterator[bytes]:
        """Give it portion by portion, as `write`: the last one only when the ZIP is the one that was measured."""
        buffer = _Buffer()
        for _pause in self._write_in_steps(buffer, self.lock, expected):
            if portion := buffer.take():
                yield portion
        yield buffer.take()

    def _write_in_steps(self, sink: Sink, lock: Lock | None, expected: str) -> Steps[WrittenBundle]:
        sealer = OutsideSealer(sink, lock) if lock else None
        measured = _Measure(sealer or sink)
        with BagWriter(measured, name=_name_folder(self.production)) as bag:
            files = yield from self._add_files(bag)
            texts: list[Payload] = [
                *self.extract,
                *_list_tables(self.production, files),
                _make_text("case.json", write_case_json(self.production, files)),
            ]
            paths = [*(each.path for each in files), *(each.path for each in texts)]
            readme = write_readme(self.production, files, paths=paths, has_originals=bool(self.originals))
            for payload in (*texts, _make_text("README.txt", readme.encode())):
                _refuse_removed(payload, self.production)
                yield from bag.add_in_steps(payload)
            bag.finish(self.info)
        if expected and measured.sha256 != expected:
            raise FileChangedError
        if sealer is not None:
            sealer.finish()
        return WrittenBundle(files, measured.sha256, measured.length)

    def _add_files(self, bag: BagWriter) -> Steps[tuple[BundledFile, ...]]:
        files: list[BundledFile] = []
        for document in self.documents:
            files += [(yield from _add_document(bag, document))]
        is_cleaned = self.production.variant not in WHOLE_COPIES
        files += yield from add_evidence(bag, self.store, self.case, self.evidence, is_cleaned=is_cleaned)
        for payload in make_payloads(self.store, self.case, self.originals) if self.originals else ():
            digest = yield from bag.add_in_steps(payload)
            files.append(BundledFile(role="sealed_original", path=payload.path, sha256=digest, length=payload.length))
        return tuple(files)


def _add_document(bag: BagWriter, document: BundleDocument) -> Steps[BundledFile]:
    path = f"documents/{document.name}"
    digest = yield from bag.add_in_steps(_make_text(path, document.content))
    return BundledFile(
        role="document",
        path=path,
        sha256=digest,
        length=len(document.content),
        pages=document.pages,
        first_number=document.first_number,
        last_number=document.last_number,
    )


class _Measure:
    """Takes the SHA-256 and the length of what passes."""

    def __init__(self, sink: Sink) -> None:
        self._sink, self._digest, self.length = sink, hashlib.sha256(), 0

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def write(self, data: bytes, /) -> None:
        self._digest.update(data)
        self.length += len(data)
        self._sink.write(data)


class _Buffer:
    """Holds what was written since it was last taken, or nothing at all."""

    def __init__(self, *, is_kept: bool = True) -> None:
        self._held = bytearray()
        self._is_kept = is_kept

    def write(self, data: bytes, /) -> None:
        if self._is_kept:
            self._held += data

    def take(self) -> bytes:
        portion = bytes(self._held)
        self._held.clear()
        return portion


def _refuse_removed(payload: Payload, production: Production) -> None:
    """Look for removed words in what is about to be written: once a bundle is sealed, nobody can look any more."""
    if search_for_removed(b"".join(payload.portions), production):
        raise CannotExportError("A word that this copy must not hold is still in its data. Nothing was handed out.")


def _make_text(path: str, content: bytes) -> Payload:
    return Payload(path, [content], len(content))


def _list_tables(production: Production, files: Sequence[BundledFile]) -> Iterator[Payload]:
    yield _make_text("tables/case.csv", write_cases_csv([production], COLUMNS))
    yield _make_text("tables/answers.csv", write_answers_csv([production]))
    yield _make_text("tables/exhibits.csv", write_exhibits_csv(production, files))
    numbered = [each for each in files if each.first_number]
    if numbered:
        rows = (
            LoadRow(
                first_number=each.first_number,
                last_number=each.last_number,
                file_name=each.path,
                sha256=each.sha256,
                pages=each.pages,
            )
            for each in numbered
        )
        yield _make_text("tables/load-file.csv", write_load_file(rows))
