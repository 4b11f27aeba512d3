"""Why a price is what it is: every rule and coupon, applied or not, with its numbers and in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

__all__ = ["Explained", "ExplainedFreight", "Explanation", "Rival"]


@frozen
class Rival:
    """A rule or coupon that was not used because of another one.

    Attributes:
        rule: Its id.
        coupon: The coupon's id, if it is one.
        by: Fen that the cart would cost more with it instead, all else as it is; negative if it would cost less, which
            happens where priority decides. Before points.
    """

    rule: str
    coupon: str | None
    by: int

    def to_dict(self) -> dict[str, Any]:
        """The rival as plain data."""
        return {"rule": self.rule, "coupon": self.coupon, "by": self.by}


@frozen
class Explained:
    """One rule or coupon of the explanation.

    Attributes:
        rule: Its id; ``None`` for a listed coupon that is not held.
        coupon: The coupon's id, if it is one.
        name: What it is called.
        layer: Its layer; ``""`` for a coupon that is not held.
        code: ``applied``, or the reason code why it is not.
        params: The reason's parameters. Of an applied one: ``amount`` off, the ``base`` it was computed on, ``reach``
            and ``measured`` of its threshold (fen, or units if ``measure`` says so), ``unused``; all fen.
        lines: Line id to fen, of those it takes something off; of a rejected one the lines in its scope, with 0.
        rivals: Of an applied one: what is not used because of it.
        against: Of one that would cost more: the rules and coupons that it would stand beside, by rule id.
        dropped: Of those, the ones that would no longer reach their thresholds.
        text: All of it in words, a paragraph of one or more lines.
    """

    rule: str | None
    coupon: str | None
    name: str
    layer: str
    code: str
    params: Mapping[str, object] = field(factory=dict, hash=False)
    lines: Mapping[str, int] = field(factory=dict, hash=False)
    rivals: tuple[Rival, ...] = ()
    against: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    text: str = ""

    @property
    def is_applied(self) -> bool:
        """Whether it is part of the price."""
        return self.code == "applied"

    def to_dict(self) -> dict[str, Any]:
        """The entry as plain data; empty parts are left out."""
        result: dict[str, Any] = {
            "rule": self.rule,
            "coupon": self.coupon,
            "name": self.name,
            "layer": self.layer,
            "code": self.code,
            "params": dict(self.params),
            "lines": dict(self.lines),
        }
        if self.rivals:
            result["rivals"] = [rival.to_dict() for rival in self.rivals]
        if self.against:
            result["against"] = list(self.against)
        if self.dropped:
            result["dropped"] = list(self.dropped)
        result["text"] = self.text
        return result


@frozen(kw_only=True)
class ExplainedFreight:
    """How one freight template came to its fee, before anything was waived.

    Attributes:
        template: Its id.
        region: The destination code that chose the tariff, or ``*``.
        by: ``piece``, ``weight`` or ``volume``.
        how: ``whole``; ``extra-only``: at the extra fee alone, beside a template with a dearer start; ``none``: another
            template is the dearest, and only that one counts.
        measure: What its lines measure together: pieces, milligrams or cubic centimetres.
        steps: Further steps that were begun.
        fee: Fen.
        is_free: Whether its own free condition is reached; then ``freight:<id>`` is among the applied entries.
        lines: Ids of its lines.
        text: All of it in words.
    """

    template: str
    region: str
    by: str
    how: str
    measure: int
    steps: int
    fee: int
    is_free: bool
    lines: tuple[str, ...]
    text: str

    def to_dict(self) -> dict[str, Any]:
        """The entry as plain data."""
        return {
            "template": self.template,
            "region": self.region,
            "by": self.by,
            "how": self.how,
            "measure": self.measure,
            "steps": self.steps,
            "fee": self.fee,
            "is_free": self.is_free,
            "lines": list(self.lines),
            "text": self.text,
        }


@frozen
class Explanation:
    """A whole quote explained; printing it gives the text.

    Attributes:
        language: The language of the texts.
        summary: The price and its certificate in one sentence.
        entries: First what was applied, in application order, then what was not.
        freight: Each freight template that the cart ships by, by id.
    """

    language: str
    summary: str
    entries: tuple[Explained, ...]
    freight: tuple[ExplainedFreight, ...] = ()

    def of(self, rule: str, coupon: str | None = None) -> Explained | None:
        """The entry of a rule, or of one coupon of it."""
        for entry in self.entries:
            if entry.rule == rule and (coupon is None or entry.coupon == coupon):
                return entry
        return None

    def to_dict(self) -> dict[str, Any]:
        """The explanation as plain data."""
        return {
            "language": self.language,
            "summary": self.summary,
            "entries": [entry.to_dict() for entry in self.entries],
            "freight": [entry.to_dict() for entry in self.freight],
        }

    def __str__(self) -> str:
        entries, freight = (entry.text for entry in self.entries), (entry.text for entry in self.freight)
        return "\n\n".join([self.summary, *entries, *freight])
