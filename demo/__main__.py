"""`python -m demo --data-dir DIR`: makes the demo office once, and does nothing where there is one."""

import argparse
import sys
from pathlib import Path

from demo.office import NotADemoError, make_demo_office


def main() -> int:
    """Make the demo office; 1 when the folder holds something else."""
    parser = argparse.ArgumentParser(prog="python -m demo", description="Make an office with fictional reports, once.")
    parser.add_argument("--data-dir", type=Path, required=True, metavar="DIR")
    arguments = parser.parse_args()
    try:
        made = make_demo_office(arguments.data_dir)
    except NotADemoError:
        print(
            f"{arguments.data_dir} holds something that is not a demo office; choose another folder.", file=sys.stderr
        )
        return 1
    print("The demo office is made." if made else "There is a demo office already.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
