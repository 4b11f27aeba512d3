"""``python -m minishop.testing.contract module:factory``: the promises of an adapter, kept or broken."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from minishop.errors import InvalidInput
from minishop.testing.contract import check_promises, find_contract, print_table

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns the exit status: 0 all kept, 1 something broken, 2 nothing to check."""
    parser = argparse.ArgumentParser(prog="python -m minishop.testing.contract", description=__doc__)
    parser.add_argument("factory", help="module:name of a contract, or of a function that makes an empty adapter")
    parser.add_argument("--only", default="", help="check only promises whose chapter or name contains this")
    options = parser.parse_args(arguments)
    sys.path.insert(0, str(Path.cwd()))
    try:
        contract = find_contract(options.factory)
    except InvalidInput as error:
        sys.stderr.write(f"{error}\n{error.next_step}\n")
        return 2
    promises = [one for one in contract.promises if options.only in f"{one.chapter} {one.name}"]
    return 0 if print_table(check_promises(contract, promises), sys.stdout) else 1


if __name__ == "__main__":
    sys.exit(main())
