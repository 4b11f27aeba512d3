"""What every call goes by: the app's id and secrets."""

from __future__ import annotations

import re
from typing import Literal, NoReturn, TypeAlias
from urllib.parse import urlsplit

from attrs import Attribute, field, frozen

from minishop.errors import CallerError, InvalidInput
from minishop.quotes.checks import instance_of, one_of, optional

__all__ = ["Program", "PushSettings", "TokenMode", "holds_secrets"]

#: ``stable``: `/cgi-bin/stable_token`, the same token for everybody who asks. ``legacy``: `/cgi-bin/token`, a new one
#: for each who asks, which ends the one before.
TokenMode: TypeAlias = Literal["stable", "legacy"]

_HOST = "https://api.weixin.qq.com"
_LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})


def holds_secrets(thing: object) -> CallerError:
    """What is raised when something that holds secrets is pickled or copied."""
    return CallerError(
        f"{type(thing).__name__} holds secrets and cannot be pickled or copied",
        code="holds_secrets",
        next_step="Keep the settings it is made of where secrets are kept, and make it where it is used.",
    )


def _appid(instance: object, attribute: Attribute[str], value: object) -> None:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9A-Za-z_-]{1,64}", value):
        raise InvalidInput(attribute.name, "malformed", "must be the id from the console, like wx0123456789abcdef")


def _secret(instance: object, attribute: Attribute[str], value: object) -> None:
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or not value.strip():
        raise InvalidInput(attribute.name, "malformed", "must be the secret from the console, plain ASCII")


def _host(instance: object, attribute: Attribute[str], value: object) -> None:
    parts = urlsplit(value) if isinstance(value, str) else urlsplit("")
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)
    if not is_safe or not parts.hostname or parts.path or parts.query:
        raise InvalidInput(
            attribute.name,
            "malformed",
            "must be an https address without a path; the secret travels in it",
            next_step="Use https://api.weixin.qq.com, or http://127.0.0.1:port for a fake.",
        )


def _push_token(instance: object, attribute: Attribute[str], value: object) -> None:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9A-Za-z]{3,32}", value):
        raise InvalidInput(attribute.name, "malformed", "must be 3 to 32 of 0-9A-Za-z, as in the console")


def _aes_key(instance: object, attribute: Attribute[str], value: object) -> None:
    if not isinstance(value, str) or not re.fullmatch(r"([0-9A-Za-z+/]{43})?", value):
        raise InvalidInput(attribute.name, "malformed", "must be the 43 characters of the console, or empty")


@frozen(kw_only=True)
class PushSettings:
    """How message pushes are verified, as set in the console. It cannot be pickled, because it holds secrets.

    Attributes:
        token: The token (Token).
        encoding_aes_key: The key (EncodingAESKey) of the secure mode, or of the compatible one. If it is set, only
            encrypted messages are accepted. Empty: the plain mode, whose signature does not cover the message.
    """

    token: str = field(validator=_push_token, repr=False)
    encoding_aes_key: str = field(default="", validator=_aes_key, repr=False)

    def __reduce__(self) -> NoReturn:
        raise holds_secrets(self)


@frozen(kw_only=True)
class Program:
    """One mini-program. It cannot be pickled, because it holds the secret.

    Attributes:
        appid: Its id.
        secret: Its secret.
        mode: Where access tokens come from; the two kinds know nothing of each other.
        host: Address of the platform.
        push: How message pushes are verified; ``None`` if there are none.
    """

    appid: str = field(validator=_appid)
    secret: str = field(validator=_secret, repr=False)
    mode: TokenMode = field(default="stable", validator=one_of("stable", "legacy"))
    host: str = field(default=_HOST, validator=_host)
    push: PushSettings | None = field(default=None, validator=optional(instance_of(PushSettings)))

    def __reduce__(self) -> NoReturn:
        raise holds_secrets(self)
