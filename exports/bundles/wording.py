"""The fixed words of a bundle: its first page, the page beside the ledger's entries, the page for an expert.

They stand in this room, so that the last search of a finished file knows them for ours
(exports/redaction/own_words.py). Nothing of a case may ever stand here.
"""

from typing import Final

#: Where sealed originals and their key lie in a bundle.
ORIGINALS_FOLDER: Final = "sealed-originals"
IDENTITY_FILE: Final = "identity.txt"

#: For the page on which somebody asks for sealed originals, and for the bundle itself.
ORIGINALS_WARNING: Final = (
    "Whoever gets these files and this key can open everything that the reporter gave, whole and without anything "
    "taken out, and whatever the reporter sends until this case gets new keys. It cannot be taken back."
)

#: What bag-info.txt says of the content.
DESCRIPTION: Final = "One copy of a case: documents, files, data, and what proves them"

GONE: Final = "This file is not in the store any more."
SHUT: Final = "What is stored does not open: it was changed or cut, or is sealed to another key."
ANOTHER: Final = "What is stored is not the file that came in: its SHA-256 is another one. It is left out."
UNKNOWN: Final = "The case does not name this file any more."
WITHHELD: Final = "The content of this file is left out of this copy."

#: That something came in, and what was done with the files: the chain of custody, as kinds of the ledger.
CAME_IN: Final = frozenset({"report:received", "message:received"})
DONE_WITH_FILES: Final = frozenset({"file:opened", "file:downloaded", "file:verified", "file:differs"})

LEDGER_PAGE: Final = """\
WHAT THE LEDGER HAS ABOUT THIS CASE

entries.jsonl   one entry a line: which site wrote it, its number in that site's
                chain, the text that was signed, the SHA-256 of the text, and the
                signature (Ed25519). A text holds ids and digests and no story:
                actor, digest, item, kind, previous, sequence, site (intake or
                casework), subject (the case) and when.
keys.json       the public key of each site.
heads.txt       number and hash of the newest entry of each chain on the day this
                was made.

What an entry proves: the site held its key and wrote these words, at that place
in its chain ("sequence"), right after the entry whose hash is "previous".
"digest" is the SHA-256 of what it is about: for "report:received" and
"message:received" of the sealed file as it was stored, for "file:verified" of the
file as it came.

How to check, with Python and the package "cryptography":

    import hashlib, json
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    keys = json.load(open("keys.json"))
    for line in open("entries.jsonl", encoding="utf-8"):
        stored = json.loads(line)
        text = stored["entry"].encode()
        assert hashlib.sha256(text).hexdigest() == stored["hash"]
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(keys[stored["site"]]))
        public.verify(bytes.fromhex(stored["signature"]),
                      b"testimonio.invalid/signed-message/v1\\nledger-entry\\n" + text)
    print("every entry holds")

One entry without Python, with OpenSSL 3: write the two lines
"testimonio.invalid/signed-message/v1" and "ledger-entry", each with a line feed,
and the text after them into a file; the signature's bytes into another; the key
as PEM (302a300506032b6570032100 and the key, in hex, are its DER form). Then:

    openssl pkeyutl -verify -pubin -inkey KEY -rawin -in TEXT -sigfile SIGNATURE

Ask the office for its keys by another way than this file, and compare.

What it does not prove: that no entry about this case was left out here. For that
the office can show the whole chain, in which each line here stands to the letter,
and heads that it kept outside its house.
"""

#: With the warning, before the commands for each file.
ORIGINALS_PAGE: Final = """\
THE SEALED ORIGINALS

{warning}

What lies here are the files as the office stores them: sealed when they came in,
and not touched since. The sealed report's SHA-256 stands in the ledger ("digest"
of "report:received"), so nobody can have changed it unseen.

identity.txt   the case's key. Keep it apart from everybody who need not open this.
contents.csv   each file: what it is, its true length, and SHA-256 of the file as it
               lies here and of what is in it.

You need age 1.3 or later (https://age-encryption.org), or another program that
knows age's post-quantum keys. Nothing of the office's own is needed.

A report and a message open to text (JSON, UTF-8). It ends in spaces, which every
reader of JSON passes over:

"""
ORIGINALS_PAGE_ON_FILES: Final = """
Other files were filled up with zeros, to hide how long they are. After opening,
cut them to their true length, and compare the SHA-256 with contents.csv:

"""
