"""What a quote was computed by: the rules and the version of the engine, in one hash."""

from __future__ import annotations

import hashlib

from minishop.promotions.documents._rules import canonical
from minishop.promotions.documents._tables import Kinds
from minishop.promotions.rules import RuleSet

__all__ = ["ENGINE_VERSION", "digest"]

#: Grows whenever the same documents may give another quote.
ENGINE_VERSION = 1


def digest(ruleset: RuleSet, kinds: Kinds = ()) -> str:
    """``sha256:`` over the canonical document, the engine version and the names of the app's own kinds."""
    kinds = tuple(kinds)
    names = ",".join(sorted(f"{kind.kind}={kind.__module__}.{kind.__qualname__}" for kind in kinds))
    text = f"{ENGINE_VERSION}\n{names}\n{canonical(ruleset, kinds=kinds)}"
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
