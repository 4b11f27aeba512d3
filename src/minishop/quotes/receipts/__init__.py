"""Quotes as receipts: as text for a terminal or a chat, as a page for a phone."""

from minishop.quotes.receipts._html import page
from minishop.quotes.receipts._rows import Names, Row, receipt_rows
from minishop.quotes.receipts._text import Style, receipt
from minishop.quotes.receipts._width import width

__all__ = ["Names", "Row", "Style", "page", "receipt", "receipt_rows", "width"]
