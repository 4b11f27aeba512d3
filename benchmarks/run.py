"""Runs every ``bench_*.py`` beside this file, one process each."""

import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Runs all of them in the order of their names; the exit status is that of the first one that failed."""
    failed = 0
    for script in sorted(Path(__file__).parent.glob("bench_*.py")):
        print(f"== {script.stem.removeprefix('bench_')}", flush=True)
        status = subprocess.run([sys.executable, str(script)]).returncode
        failed = failed or status
    return failed


if __name__ == "__main__":
    sys.exit(main())
