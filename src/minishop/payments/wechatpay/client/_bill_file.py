"""A bill on its way into a file: unpacked, hashed, and if need be decrypted, piece by piece.

Nothing is kept in memory, and nothing of the file is believed before :meth:`CheckedFile.finish` returns.
"""

from __future__ import annotations

import hashlib
import zlib
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import GCM

from minishop.payments.wechatpay.client._errors import BadBill

__all__ = ["CheckedFile", "Spoiled"]

_PIECE = 1024 * 1024
_TAG = 16
_GZIP = 31  # zlib's window bits for a gzip stream


class Spoiled(Exception):
    """Ends a download that cannot become good; it never leaves the flow.

    It is no error of the library's tree, so that nobody takes it for one of the transport.
    """


class _Opened:
    """AES-256-GCM whose tag stands at the end of the file."""

    def __init__(self, key: bytes, nonce: bytes) -> None:
        self._cipher = Cipher(AES(key), GCM(nonce)).decryptor()
        self._held = b""

    def update(self, chunk: bytes) -> bytes:
        self._held += chunk
        ready, self._held = self._held[:-_TAG], self._held[-_TAG:]
        return self._cipher.update(ready)

    def finish(self) -> None:
        try:
            self._cipher.finalize_with_tag(self._held)
        except (InvalidTag, ValueError):
            raise _bad("bill_undecryptable", "it cannot be decrypted") from None


class CheckedFile:
    """A :class:`~minishop.flows.Sink` that unpacks into a file.

    Args:
        file: Opened for writing and reading bytes; written from where it stands.
        digest: SHA-1 of the plain text in hex.
        key: Of an encrypted bill; 32 bytes.
        nonce: Of an encrypted bill; 12 bytes.
        largest: Bytes of the plain text at most.
    """

    def __init__(self, file: BinaryIO, digest: str, *, key: bytes = b"", nonce: bytes = b"", largest: int) -> None:
        self._file = file
        self._start = file.tell()
        self._digest = digest.lower()
        self._secret = (key, nonce)
        self._largest = largest
        self.restart()

    def restart(self) -> None:
        """Forgets what came: the download begins anew."""
        self._file.seek(self._start)
        self._file.truncate()
        self._hash = hashlib.sha1(usedforsecurity=False)
        self._unpacker = zlib.decompressobj(_GZIP)
        self._opened = _Opened(*self._secret) if self._secret[0] else None
        self._size = 0
        self.failure: BadBill | None = None

    def write(self, chunk: bytes) -> None:
        """Takes the next bytes.

        Raises:
            Spoiled: It cannot become a good file; :attr:`failure` says why.
        """
        try:
            self._unpack(self._opened.update(chunk) if self._opened else chunk)
        except zlib.error:
            self.failure = _bad("bill_truncated", "it is not packed as it should be")
        if self.failure is not None:
            raise Spoiled

    def _unpack(self, chunk: bytes) -> None:
        while self.failure is None:
            if chunk and self._unpacker.eof:
                self.failure = _bad("bill_truncated", "something follows its end")
                return
            plain = self._unpacker.decompress(chunk, _PIECE)
            self._take(plain)
            chunk = self._unpacker.unconsumed_tail or self._unpacker.unused_data
            if not chunk and len(plain) < _PIECE:
                return

    def _take(self, plain: bytes) -> None:
        self._size += len(plain)
        if self._size > self._largest:
            self.failure = _bad("bill_too_large", "it is larger than allowed")
            return
        self._hash.update(plain)
        self._file.write(plain)

    def finish(self) -> None:
        """Returns if the whole file has come and is what it should be.

        Raises:
            BadBill: ``bill_truncated``, ``bill_undecryptable`` or ``bill_hash_differs``.
        """
        if self._opened is not None:
            self._opened.finish()
        if not self._unpacker.eof:
            raise _bad("bill_truncated", "its end is missing")
        if self._hash.hexdigest() != self._digest:
            raise _bad("bill_hash_differs", "its content is not the one that WeChat Pay announced")


def _bad(code: str, why: str) -> BadBill:
    return BadBill(f"the bill must not be used: {why}", code=code)
