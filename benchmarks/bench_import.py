"""How long ``import minishop`` takes, against importing attrs alone: each in fresh interpreters, in turn.

``python benchmarks/bench_import.py [--quick]``. An interpreter that imports nothing is taken off both.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.timing import Table

STATEMENTS = ("pass", "import attrs", "import minishop", "from minishop import Engine")


def seconds(statement: str) -> float:
    """What one fresh interpreter works, from start to exit."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", statement], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    """Prints the table; the exit status tells whether the aim was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer runs, rougher figures")
    rounds = 5 if parser.parse_args().quick else 31
    for statement in STATEMENTS:
        seconds(statement)  # writes the bytecode
    samples = [[seconds(statement) for statement in STATEMENTS] for _ in range(rounds)]
    nothing, attrs, minishop, engine = (statistics.median(column) for column in zip(*samples, strict=True))
    table = Table()
    table.row("import minishop / import attrs", (minishop - nothing) / (attrs - nothing), 1.5)
    table.row("from minishop import Engine / import attrs", (engine - nothing) / (attrs - nothing), None)
    return 1 if table.missed else 0


if __name__ == "__main__":
    sys.exit(main())
