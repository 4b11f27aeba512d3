"""Keys and credentials in a directory, so that a simulator is the same after a restart."""

from __future__ import annotations

import json
import os
import secrets
import string
from pathlib import Path

from attrs import asdict, field, frozen
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from minishop.errors import InvalidInput
from minishop.testing.wechatpay import _crypto
from minishop.testing.wechatpay._credentials import Credentials, credentials_from

__all__ = ["KeptKeys"]

_ALPHABET = string.ascii_letters + string.digits


@frozen
class KeptKeys:
    """A source of keys that keeps what it makes in a directory.

    Attributes:
        directory: Made if need be; readable by its owner alone, and left out of version control.
        credentials: What the merchant is given.
    """

    directory: Path
    credentials: Credentials = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        (self.directory / ".gitignore").write_text("*\n", encoding="ascii")
        made = credentials_from(self, api_v3_key=self._api_v3_key())
        object.__setattr__(self, "credentials", made)
        _write(self.public_key_file, made.public_key)
        told = asdict(made) | {"private_key": str(self.private_key_file), "public_key": str(self.public_key_file)}
        _write(self.credentials_file, json.dumps(told, indent=2) + "\n")

    @property
    def private_key_file(self) -> Path:
        """The merchant's private key, PEM."""
        return self.directory / "merchant.pem"

    @property
    def public_key_file(self) -> Path:
        """The gateway's public key, PEM."""
        return self.directory / "platform_public_key.pem"

    @property
    def credentials_file(self) -> Path:
        """Everything that the merchant is given, JSON; keys by the names of their files."""
        return self.directory / "credentials.json"

    def __call__(self, name: str) -> RSAPrivateKey:
        """The key of that name."""
        path = self.directory / f"{name}.pem"
        if not path.exists():
            key = generate_private_key(public_exponent=65537, key_size=2048)
            _write(path, _crypto.private_pem(key))
            return key
        try:
            kept = load_pem_private_key(path.read_bytes(), password=None)
        except ValueError:
            kept = None
        if not isinstance(kept, RSAPrivateKey):
            raise InvalidInput(
                "directory", "not_a_key", f"{path} is no RSA key", next_step="Delete the file."
            ) from None
        return kept

    def _api_v3_key(self) -> str:
        path = self.directory / "api_v3_key"
        if not path.exists():
            _write(path, "".join(secrets.choice(_ALPHABET) for _ in range(32)))
        return path.read_text(encoding="ascii")


def _write(path: Path, text: str) -> None:
    """Writes a file that only its owner can read."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
