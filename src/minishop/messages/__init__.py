"""Texts by code, in English and Chinese: what a person reads where a program reads codes."""

from minishop.messages._catalogue import Catalogue, catalogue, languages

__all__ = ["Catalogue", "catalogue", "languages"]
