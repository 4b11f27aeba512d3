"""A receipt as one page of HTML: no script, nothing loaded from elsewhere, readable on a phone and on paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from minishop.messages import Catalogue
from minishop.quotes.receipts._rows import Row

__all__ = ["page"]

_STYLE = """\
:root { color-scheme: light dark; --ink: #1c1c1e; --soft: #6b6b70; --rule: #d9d9de; --good: #0a7a3d; --paper: #fff;
  --back: #f2f2f4; }
@media (prefers-color-scheme: dark) { :root { --ink: #f2f2f4; --soft: #a0a0a6; --rule: #3a3a3e; --good: #4cc38a;
  --paper: #1c1c1e; --back: #000; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 1rem; background: var(--back); color: var(--ink); font: 16px/1.45 -apple-system,
  "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", system-ui, sans-serif; }
main { max-width: 30rem; margin: 0 auto; padding: 1.25rem; background: var(--paper); border-radius: .75rem; }
.row { display: flex; justify-content: space-between; gap: 1rem; }
.row b { font-weight: 400; font-variant-numeric: tabular-nums; white-space: nowrap; }
.row span { overflow-wrap: anywhere; }
.line, .gift { margin-top: .75rem; font-weight: 600; }
.cut, .part, .gift_by { padding-left: 1rem; font-size: .875rem; }
.cut { color: var(--good); }
.part, .gift_by, .refusal, .certificate, .note { color: var(--soft); }
.line_total, .note { justify-content: flex-end; font-size: .875rem; }
hr { margin: 1rem 0; border: 0; border-top: 1px dashed var(--rule); }
.payable { margin-top: .5rem; font-size: 1.375rem; font-weight: 700; }
.payable b { font-weight: 700; }
h2 { margin: 1.25rem 0 .25rem; font-size: .9375rem; }
ul { margin: 0; padding-left: 1.1rem; font-size: .875rem; }
.certificate { margin: 1.25rem 0 0; font-size: .8125rem; text-align: center; }
@media print { body { padding: 0; background: none; } main { max-width: none; padding: 0; } }
"""


def page(rows: Iterable[Row], texts: Catalogue) -> str:
    """The page of a receipt; every text in it is escaped."""
    title = escape(texts.text("receipt"))
    body = "\n".join(_body(rows))
    return (
        f'<!doctype html>\n<html lang="{escape(texts.language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _body(rows: Iterable[Row]) -> Iterator[str]:
    listing = False
    for row in rows:
        listed = row.kind in ("refusal", "hint")
        if listed != listing:
            yield "<ul>" if listed else "</ul>"
            listing = listed
        yield _element(row)
    if listing:
        yield "</ul>"


def _element(row: Row) -> str:
    label, amount = escape(row.label), escape(row.amount)
    if row.kind == "totals":
        return "<hr>"
    if row.kind == "section":
        return f"<h2>{label}</h2>"
    if row.kind in ("refusal", "hint"):
        return f'<li class="{row.kind}">{label}</li>'
    if row.kind == "certificate":
        return f'<p class="certificate">{label}</p>'
    spans = f"<span>{label}</span>" if label else ""
    return f'<div class="row {row.kind}">{spans}<b>{amount}</b></div>'
