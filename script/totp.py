"""Print the current six-digit code of a demo account.

It must never learn to read a real office's secrets: those are sealed, and only their owner's phone has them.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pyotp

DEMO_FOLDER = Path(__file__).resolve().parent.parent / "var" / "demo"


def main() -> None:
    """Look the account up in demo-accounts.json and print its code."""
    parser = argparse.ArgumentParser(prog="script/totp", description="Print a demo account's current six-digit code.")
    parser.add_argument("email")
    parser.add_argument("--data-dir", type=Path, default=DEMO_FOLDER, metavar="DIR")
    arguments = parser.parse_args()
    path = arguments.data_dir / "demo-accounts.json"
    if not path.is_file():
        parser.error(f"{path} is not there; script/server makes it")
    accounts = {account["email"]: account["totp_secret"] for account in json.loads(path.read_text(encoding="utf-8"))}
    if arguments.email not in accounts:
        parser.error(f"no such account; there are {', '.join(accounts)}")
    print(pyotp.TOTP(accounts[arguments.email]).now())


if __name__ == "__main__":
    main()
