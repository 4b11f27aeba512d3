"""The example that runs an order through its life says what it must, on a file and on PostgreSQL."""

import re
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "docs" / "examples" / "order-life" / "order_life.py"

# 129.00 + 2 × 59.90 less 30.00 is 218.80. The 30.00 are shared out as 15.55, 7.23, 7.22: a cup goes back at 52.67, the
# tea at 113.45.
STEPS = [
    ("placed", "待付款", "0.00", "0.00", ""),
    ("paid", "待发货", "218.80", "0.00", ""),
    ("first parcel: tea", "部分发货", "218.80", "0.00", ""),
    ("second parcel: cups", "待收货", "218.80", "0.00", ""),
    ("one cup broken: refund", "待收货", "218.80", "0.00", "approved"),
    ("... and the money is back", "待收货", "218.80", "52.67", "settled"),
    ("received", "已完成", "218.80", "52.67", "settled"),
    ("asks for a return", "已完成", "218.80", "52.67", "requested"),
    ("approved", "已完成", "218.80", "52.67", "awaiting-goods"),
    ("sent back", "已完成", "218.80", "52.67", "sent-back"),
    ("came back in good order", "已完成", "218.80", "52.67", "received"),
    ("refund granted", "已完成", "218.80", "52.67", "received"),
    ("... and the money is back", "已完成", "218.80", "166.12", "settled"),
]


def run_script(script, *arguments):
    run = subprocess.run([sys.executable, str(script), *arguments], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr or run.stdout
    return run.stdout


def steps_of(script, *arguments):
    pattern = re.compile(r"(.{25}) (\S+)  paid +([\d.]+)  back +([\d.]+)  (\S*)$")
    shown = run_script(script, *arguments).splitlines()
    return [tuple(part.strip() for part in pattern.match(line).groups()) for line in shown]


def with_store(script, corner):
    """The text of a script whose store is on a server, after the line that says so was changed."""
    text = script.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("store = "))
    imports = [
        "from sqlalchemy import create_engine",
        "from minishop.adapters.sqlalchemy import SqlAlchemyStore, create_all",
    ]
    other = [
        f"database = create_engine({corner.url().render_as_string(hide_password=False)!r})",
        "create_all(database)",
        "store = SqlAlchemyStore(database)",
    ]
    return text.replace("\nfile = ", "\n".join(["", *imports, "file = "]), 1).replace(line, "\n".join(other))


def test_on_a_file_twice(tmp_path):
    file = tmp_path / "shop.db"
    assert steps_of(SCRIPT, str(file)) == STEPS
    assert steps_of(SCRIPT, str(file)) == STEPS


def test_it_is_short():
    assert len(SCRIPT.read_text(encoding="utf-8").splitlines()) < 60


def test_on_a_server_by_changing_one_line(corner, tmp_path):
    (tmp_path / "order_life.py").write_text(with_store(SCRIPT, corner), encoding="utf-8")
    (tmp_path / "rules.toml").write_bytes(SCRIPT.with_name("rules.toml").read_bytes())
    assert steps_of(tmp_path / "order_life.py", str(tmp_path / "unused.db")) == STEPS
