"""Texts without their secrets, for an app's own logs."""

from __future__ import annotations

import re

__all__ = ["redact"]

_NAMES = "access_token|secret|app_?secret|js_code|session_key|code|phone_?number|pure_?phone_?number|encrypted_?data"

#: name=value in a query or form; "name": "value" in JSON; name='value' in a repr; <name>value</name>.
_PAIR = re.compile(
    rf"""(?ix) (?P<head> (?<![A-Za-z0-9]) ["']? (?:{_NAMES}) ["']? \s* (?: = | : | %3[Dd] ) \s* )
    (?: "(?:[^"\\]|\\.)*"? | '(?:[^'\\]|\\.)*'? | [^\s&"',;}})\]<>]+ )"""
)
_ELEMENT = re.compile(rf"(?is)(?P<head><(?P<name>{_NAMES})>).*?(?=</(?P=name)>|$)")


def redact(text: str) -> str:
    """The text with the values of ``access_token``, ``secret``, ``js_code``, ``session_key`` and their like replaced.

    It knows them in addresses, forms, JSON, XML and reprs. Nothing in this library needs it, because nothing here logs
    or raises an address; it is for what an app logs by itself, for example in its HTTP client.
    """
    return _ELEMENT.sub(r"\g<head>***", _PAIR.sub(r"\g<head>***", text))
