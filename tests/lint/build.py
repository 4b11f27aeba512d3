"""Short ways to audit rules; what comes back has been checked against the engine."""

from minishop import Engine
from minishop.promotions.lint import Bounds, Catalog, CatalogItem, audit
from tests.lint.claims import assert_true

__all__ = ["bounds", "codes", "found", "item", "only"]


def item(sku, price, cost=None, **more):
    return CatalogItem(sku=sku, price=price, cost=cost, **more)


def bounds(lines=3, units=3, carts=5000):
    return Bounds(lines=lines, units=units, carts=carts)


def found(rules, *, items=None, groups=(), policy=None, points=None, freight=(), kinds=(), **options):
    """The findings, each of them true."""
    engine = Engine(rules, groups=groups, policy=policy, points=points, freight=freight, kinds=kinds)
    catalog = None if items is None else Catalog(items)
    findings = audit(engine, catalog=catalog, **options)
    for finding in findings:
        assert_true(finding, engine, catalog)
        for locale in ("en", "zh-CN"):
            text = finding.text(locale)
            assert "{" not in text
            assert not text.startswith("lint:")
    return findings


def codes(findings):
    """(code, rules) of everything but the cliffs that every threshold has."""
    return [(finding.code, finding.rules) for finding in findings if finding.code != "price_cliff"]


def only(findings, code):
    (finding,) = [finding for finding in findings if finding.code == code]
    return finding
