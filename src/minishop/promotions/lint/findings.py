"""What an audit says: one finding per weakness, each with a cart that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

from attrs import field, frozen

from minishop.messages import Catalogue, catalogue
from minishop.promotions.validation import RESERVED_IDS
from minishop.quotes import QuoteRequest
from minishop.quotes.checks import as_dict, as_tuple
from minishop.quotes.documents import write_request

__all__ = ["SEVERITIES", "Finding", "Severity"]

Severity = Literal["error", "warning", "info"]
#: From the worst to the mildest, the order of a report.
SEVERITIES: tuple[Severity, ...] = get_args(Severity)


@frozen(kw_only=True)
class Finding:
    """One weakness of a campaign.

    Attributes:
        code: A stable word, for example ``price_cliff``.
        severity: ``error``, ``warning`` or ``info``.
        rules: Ids of the rules concerned, the one that the text is about first.
        params: The values that the text mentions: fen, counts, basis points (``rate``), a ``reason``.
        cart: A request that shows it; ``None`` where no cart can.
        changed: The same with a little more in it, where that is the point (a price cliff).
        names: What the rules are called, in the order of ``rules``.
    """

    code: str
    severity: Severity
    rules: tuple[str, ...] = field(converter=as_tuple)
    params: Mapping[str, object] = field(factory=dict, converter=as_dict, hash=False)
    cart: QuoteRequest | None = field(default=None, hash=False)
    changed: QuoteRequest | None = field(default=None, hash=False)
    names: tuple[str, ...] = field(default=(), converter=as_tuple, eq=False)

    @property
    def key(self) -> str:
        """The code of the text: ``lint:<code>``, and the reason if there is one."""
        reason = self.params.get("reason")
        return f"lint:{self.code}" if reason is None else f"lint:{self.code}:{reason}"

    def text(self, locale: str | Catalogue = "en") -> str:
        """The finding in words.

        Args:
            locale: ``"en"``, ``"zh-CN"``, or a catalogue of your own.

        Raises:
            InvalidInput: ``unknown_language``.
        """
        texts = catalogue(locale) if isinstance(locale, str) else locale
        values: dict[str, object] = dict(self.params)
        names = [_name(*pair, texts) for pair in zip(self.rules, self.names or self.rules, strict=True)]
        values |= dict(zip(("rule", "other"), names, strict=False))
        values["rules"] = texts.text("explain:separator").join(names)
        text = texts.text(self.key, values)
        return text if self.params.get("proven", True) else f"{text} {texts.text(f'lint:{self.code}:open', values)}"

    def to_dict(self, locale: str | Catalogue = "en") -> dict[str, Any]:
        """The finding as plain data, the cart as a document that ``minishop quote`` reads."""
        return {
            "code": self.code,
            "severity": self.severity,
            "rules": list(self.rules),
            "params": dict(self.params),
            "message": self.text(locale),
            "cart": None if self.cart is None else write_request(self.cart),
            "changed_cart": None if self.changed is None else write_request(self.changed),
        }


def _name(rule: str, name: str, texts: Catalogue) -> str:
    """What people call a rule, or what quotes say for prices that no rule made."""
    if rule.startswith("freight:"):
        return f"{texts.text('free_template')} ({rule.removeprefix('freight:')})"
    return texts.texts.get(rule, name) if rule in RESERVED_IDS else name
