"""Pieces of the page on which a person plays shopper and bank: tables and buttons, plain HTML without script."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import NamedTuple

__all__ = ["STYLE", "Button", "Table", "document"]

STYLE = """
:root { color-scheme: light dark; --line: #d0d7de; --soft: #f6f8fa; --green: #07c160; --grey: #57606a; }
@media (prefers-color-scheme: dark) { :root { --line: #3d444d; --soft: #151b23; --grey: #9198a1; } }
body { font: 15px/1.5 system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif;
  margin: 0 auto; max-width: 84rem; padding: 1rem 1.5rem 4rem; }
h1 { font-size: 1.4rem; margin: .5rem 0; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
p, dd { color: var(--grey); margin: .25rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; align-items: baseline;
  background: var(--soft); border: 1px solid var(--line); border-radius: 8px; padding: .75rem 1rem; margin: .75rem 0; }
dt { font-weight: 600; } dd, code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .45rem .6rem; text-align: left; vertical-align: middle; }
th { color: var(--grey); font-weight: 600; font-size: .85rem; }
td:first-child, td:last-child { white-space: nowrap; } th.money { text-align: right; }
td.money { font-variant-numeric: tabular-nums; white-space: nowrap; text-align: right; font-weight: 600; }
form { display: inline-block; margin: .1rem .2rem .1rem 0; }
button { font: inherit; padding: .2rem .8rem; border: 1px solid var(--line); border-radius: 6px;
  background: transparent; color: inherit; cursor: pointer; white-space: nowrap; }
button:hover, button:focus-visible { border-color: var(--grey); }
button.main { background: var(--green); border-color: var(--green); color: #fff; font-weight: 600; }
.empty { border: 1px dashed var(--line); border-radius: 8px; padding: .75rem 1rem; }
.note { border-left: 4px solid var(--green); background: var(--soft); padding: .5rem 1rem; margin: .75rem 0; }
.note.bad { border-color: #cf222e; }
@media (max-width: 48rem) {
  thead { display: none; } tr, td { display: block; border: 0; text-align: left; padding: .1rem .6rem; }
  td.money { text-align: left; } tr { border-bottom: 1px solid var(--line); padding: .5rem 0; }
}
"""


class Button(NamedTuple):
    """Something that a person can do.

    Attributes:
        act: Its name for the server.
        label: What stands on it, Chinese and English.
        fields: What it is done to.
        is_main: Whether it is what one usually wants.
    """

    act: str
    label: str
    fields: dict[str, str]
    is_main: bool = False

    def html(self, token: str) -> str:
        """A form of its own, with the token that only this page knows."""
        hidden = {"token": token, "act": self.act, **self.fields}
        inputs = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in hidden.items()
        )
        look = ' class="main"' if self.is_main else ""
        return f'<form method="post" action="/act">{inputs}<button{look}>{escape(self.label)}</button></form>'


class Table(NamedTuple):
    """One list.

    Attributes:
        title: Above it.
        empty: Said when there is nothing in it.
        columns: Names; the last column is for buttons, one whose name ends in ``¥`` for money.
        rows: Texts, and the buttons of the row.
    """

    title: str
    empty: str
    columns: tuple[str, ...]
    rows: list[tuple[tuple[str, ...], list[Button]]]

    def html(self, token: str) -> str:
        """The list, or a sentence that it is empty."""
        heading = f"<h2>{escape(self.title)}</h2>"
        if not self.rows:
            return f'{heading}<p class="empty">{escape(self.empty)}</p>'
        head = "".join(f"<th{_look(name)}>{escape(name)}</th>" for name in (*self.columns, ""))
        body = "".join(
            f"<tr>{self._cells(texts)}<td>{_buttons(buttons, token)}</td></tr>" for texts, buttons in self.rows
        )
        return f'{heading}<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'

    def _cells(self, texts: Iterable[str]) -> str:
        named = zip(self.columns, texts, strict=True)
        return "".join(f"<td{_look(name)}>{escape(text)}</td>" for name, text in named)


def _look(column: str) -> str:
    return ' class="money"' if column.endswith("¥") else ""


def _buttons(buttons: Iterable[Button], token: str) -> str:
    return "".join(button.html(token) for button in buttons)


def document(title: str, body: str, *, refresh: int | None = None) -> bytes:
    """A whole page that loads nothing.

    Args:
        title: Of the window.
        body: HTML.
        refresh: After how many seconds it is fetched again.
    """
    again = f'<meta http-equiv="refresh" content="{refresh};url=/">' if refresh else ""
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">{again}'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>{body}</body></html>"
    ).encode()
