"""A bundle of a case: paper, files, data, and what proves them, as one bag that streams out.

Everything in it is made of one production, so a copy's bundle holds what the copy holds. It writes nothing to disk and
records nothing: whoever hands it over records it (casework/producing.py) before it leaves.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from casework.bundled_evidence import (
    WHOLE_COPIES,
    add_evidence,
    list_evidence,
)
from casework.case_files import CannotExportError
from casework.caseworker import Caseworker
from casework.ledger_extracts import list_extract
from casework.opening import OpenedCase
from casework.sealed_originals import SealedOriginal, list_originals, make_payloads
from exports.bundles.bag import BagInfo, BagWriter, Payload, Sink
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
from exports.exhibit_numbers import ExhibitNumbers, join_volumes
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
    exhibits: tuple[ExhibitNumbers, ...] = ()


@dataclass(frozen=True)
class BundleOptions:
    """What somebody asked for. ``lock`` seals the whole bundle to one person outside; without it the ZIP is open."""

    with_sealed_originals: bool = False
    lock: Lock | None = field(default=None, repr=False)


@dataclass(frozen=True)
class WrittenBundle:
    """What a finished bundle holds, as its case.json says it: also each exhibit that is missing, with the reason."""

    files: tuple[BundledFile, ...]

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
    """Write a case's bundle into a sink, sealed where that was asked, and tell what is in it.

    When it raises, what the sink got by then is no whole bundle and must be dropped.

    Raises:
        CannotExportError: sealed originals with a copy that leaves things out, or a removed word in its data.
        FileChangedError: a file changed in the store meanwhile.
        BlobStoreError: the store does not answer.
        CannotSealError: the recipient's key is not safe.
        BadPathError: a document's name is not one of ours.
    """
    if options.with_sealed_originals and production.variant not in WHOLE_COPIES:
        raise CannotExportError("Sealed originals hold everything. They cannot go with a copy that leaves things out.")
    evidence = list_evidence(store, case, production)
    originals = list_originals(caseworker, store, case) if options.with_sealed_originals else ()
    sealer = OutsideSealer(sink, options.lock) if options.lock else None
    with BagWriter(sealer or sink, name=_name_folder(production)) as bag:
        files = (
            *_add_documents(bag, documents),
            *add_evidence(bag, store, case, evidence, is_cleaned=production.variant not in WHOLE_COPIES),
            *_add_originals(bag, store, case, originals),
        )
        texts: list[Payload] = [
            *list_extract(caseworker, case, production),
            *_list_tables(production, files, documents),
            _make_text("case.json", write_case_json(production, files)),
        ]
        paths = [*(each.path for each in files), *(each.path for each in texts)]
        readme = write_readme(production, files, paths=paths, has_originals=bool(originals))
        for payload in (*texts, _make_text("README.txt", readme.encode())):
            _refuse_removed(payload, production)
            bag.add(payload)
        bag.finish(_describe_bag(caseworker, production))
    if sealer is not None:
        sealer.finish()
    return WrittenBundle(files)


def _add_documents(bag: BagWriter, documents: Sequence[BundleDocument]) -> Iterator[BundledFile]:
    for each in documents:
        path = f"documents/{each.name}"
        yield BundledFile(
            role="document",
            path=path,
            sha256=bag.add(Payload(path, [each.content], len(each.content))),
            length=len(each.content),
            pages=each.pages,
            first_number=each.first_number,
            last_number=each.last_number,
        )


def _add_originals(
    bag: BagWriter, store: BlobStore, case: OpenedCase, originals: tuple[SealedOriginal, ...]
) -> Iterator[BundledFile]:
    if originals:
        for payload in make_payloads(store, case, originals):
            digest = bag.add(payload)
            yield BundledFile(role="sealed_original", path=payload.path, sha256=digest, length=payload.length)


def _refuse_removed(payload: Payload, production: Production) -> None:
    """Look for removed words in what is about to be written: once a bundle is sealed, nobody can look any more."""
    if search_for_removed(b"".join(payload.portions), production):
        raise CannotExportError("A word that this copy must not hold is still in its data. Nothing was handed out.")


def _make_text(path: str, content: bytes) -> Payload:
    return Payload(path, [content], len(content))


def _list_tables(
    production: Production, files: Sequence[BundledFile], documents: Sequence[BundleDocument]
) -> Iterator[Payload]:
    numbers = join_volumes(chain.from_iterable(each.exhibits for each in documents))
    yield _make_text("tables/case.csv", write_cases_csv([production], COLUMNS))
    yield _make_text("tables/answers.csv", write_answers_csv([production]))
    yield _make_text("tables/exhibits.csv", write_exhibits_csv(production, files, numbers))
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


def _describe_bag(caseworker: Caseworker, production: Production) -> BagInfo:
    return BagInfo(
        source_organization=production.case_file.office_name,
        external_identifier=production.case_file.reference,
        description=DESCRIPTION,
        bagged_on=caseworker.today,
    )
