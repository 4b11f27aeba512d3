"""Texts of documents as numbers."""

from datetime import datetime
from fractions import Fraction


def fen(text):
    """Yuan text as fen."""
    return int(Fraction(text) * 100)


def decimal(value):
    """A number or its text, exactly."""
    return Fraction(value)


def rate(text):
    """ "20%" as a fraction."""
    return Fraction(text.rstrip("%")) / 100


def instant(value):
    """A time of a document."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value
