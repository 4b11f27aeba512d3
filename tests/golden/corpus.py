"""Reading and writing the golden corpus.

A case is a rules document, a cart document and the quote of the two, one JSON file each case. To take over a change
that is wanted, run ``python -m tests.golden.corpus`` and say in the CHANGELOG, with the new seal, why prices changed.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from minishop import Engine
from minishop.quotes.documents import read_request

HERE = Path(__file__).parent / "cases"
CASES = sorted(HERE.glob("*.json"))


def load(path: Path) -> dict[str, Any]:
    """One case."""
    case: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return case


def price(case: dict[str, Any]) -> dict[str, Any]:
    """The quote of a case as plain data, without what may change freely: the digest and the number of nodes."""
    engine = Engine.from_document(case["rules"])
    quote: dict[str, Any] = json.loads(engine.quote_request(read_request(case["cart"])).to_json())
    del quote["digest"]
    del quote["optimality"]["nodes"]
    return quote


def dump(case: dict[str, Any]) -> str:
    """The text of a case's file."""
    return json.dumps(case, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def seal() -> str:
    """What the CHANGELOG names: twelve digits over every price of the corpus."""
    digest = hashlib.sha256()
    for path in CASES:
        quote = load(path)["quote"]
        digest.update(f"{path.stem}:{json.dumps(quote, ensure_ascii=False, sort_keys=True)}\n".encode())
    return digest.hexdigest()[:12]


def main() -> None:
    """Prices the corpus anew and says what changed."""
    for path in CASES:
        case = load(path)
        quote = price(case)
        if quote != case["quote"]:
            print(f"{path.stem}: payable {case['quote']['payable']} -> {quote['payable']}")
            path.write_text(dump({**case, "quote": quote}), encoding="utf-8")
    print(f"seal {seal()}")


if __name__ == "__main__":
    main()
