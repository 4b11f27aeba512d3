"""A kuaidi100 push of 30 events, verified, read and merged, against `json.loads` of the text in it.

``python benchmarks/bench_logistics.py [--quick]``. The push is a form in which every byte of Chinese is escaped, as
kuaidi100 sends it; the stored parcel has the 29 events of the push before.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.timing import Table, medians
from minishop.logistics import Shipment, merge
from minishop.logistics.kuaidi100 import Kuaidi100Account, parse_push

NOW = datetime(2031, 3, 2, 4, 0, tzinfo=UTC)
ACCOUNT = Kuaidi100Account(customer="C", key="K", salt="salt")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
EVENTS = 30


def param(events: int) -> str:
    """A push's text, newest event first."""
    codes = ("103", "1002", "1001", "1002", "5", "501")
    rows = []
    for place in range(events):
        time = (NOW + timedelta(minutes=47 * place)).strftime("%Y-%m-%d %H:%M:%S")
        rows.append(
            {
                "time": time,
                "ftime": time,
                "context": f"【甲市】快件离开 甲市第{place}分拨中心，已发往 乙市转运中心，联系电话 000-0000",
                "status": "干线",
                "statusCode": codes[place % len(codes)],
                "areaCode": "CN440300000000",
                "areaName": "广东,深圳市",
                "areaCenter": "114.057868,22.543099",
                "areaPinYin": "shen zhen shi",
                "location": "",
            }
        )
    result = {
        "message": "ok",
        "nu": "YT0000000000001",
        "ischeck": "0",
        "com": "yuantong",
        "status": "200",
        "state": "0",
        "data": rows[::-1],
    }
    said = {"status": "polling", "message": "", "autoCheck": "0", "comOld": "", "comNew": "", "lastResult": result}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def push(text: str) -> bytes:
    """The body that carries it."""
    sign = hashlib.md5((text + "salt").encode()).hexdigest().upper()
    return urlencode({"param": text, "sign": sign}).encode()


def main() -> int:
    """Prints the table; the exit status tells whether the aim was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, rougher figures")
    rounds, least = (5, 0.02) if parser.parse_args().quick else (41, 0.05)
    text = param(EVENTS)
    body = push(text)
    (before,) = parse_push(ACCOUNT, FORM, push(param(EVENTS - 1)), now=NOW).updates

    def read() -> Shipment:
        (update,) = parse_push(ACCOUNT, FORM, body, now=NOW).updates
        return update.shipment

    def read_and_merge() -> Shipment:
        return merge(before.shipment, read())

    merged = read_and_merge()
    assert [event.text for event in merged.events] == [
        row["context"] for row in reversed(json.loads(text)["lastResult"]["data"])
    ]
    loads, reading, both = medians([lambda: json.loads(text), read, read_and_merge], rounds, least)
    table = Table()
    table.row(f"push of {EVENTS} events, verified and read / json.loads", reading / loads, None)
    table.row(f"push of {EVENTS} events, verified, read and merged / json.loads", both / loads, 12)
    return 1 if table.missed else 0


if __name__ == "__main__":
    sys.exit(main())
