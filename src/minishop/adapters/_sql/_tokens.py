"""Shared tokens, leases, nonces. Each operation is one conditional statement, or an insert that may come too late."""

from __future__ import annotations

from datetime import datetime, timedelta
from zlib import crc32

from minishop.adapters._sql._session import Session, insert_new, matches
from minishop.adapters._sql._values import instant, micros
from minishop.flows import StoredToken

__all__ = ["get_token", "remember", "set_token", "try_lock", "unlock"]

_KEPT = timedelta(days=1)
_TIDY_EVERY = 64
_TIDY_MOST = 500


def get_token(session: Session, key: str) -> StoredToken | None:
    """The token, expired or not."""
    rows = session.rows(
        "SELECT secret, expires_at, version FROM minishop_tokens WHERE token_key = :token_key", {"token_key": key}
    )
    return StoredToken(rows[0][0], instant(rows[0][1]), rows[0][2]) if rows else None


def set_token(session: Session, key: str, token: StoredToken) -> bool:
    """Compares and sets."""
    row = (key, token.value, micros(token.expires_at), token.version)
    columns = ("token_key", "secret", "expires_at", "version")
    if token.version == 1:
        return bool(insert_new(session, "minishop_tokens", columns, [row]))
    change = (
        "UPDATE minishop_tokens SET secret = :secret, expires_at = :expires_at, version = :version"
        " WHERE token_key = :token_key AND version = :version - 1"
    )
    return bool(session.run(change, dict(zip(columns, row, strict=True))))


def try_lock(session: Session, key: str, owner: str, now: datetime, until: datetime) -> bool:
    """Takes or extends a lease."""
    change = (
        "UPDATE minishop_leases SET owner = :owner, ends_at = :ends_at"
        " WHERE lease_key = :lease_key AND (owner = :owner OR ends_at <= :now)"
    )
    values = {"lease_key": key, "owner": owner, "ends_at": micros(until), "now": micros(now)}
    columns = ("lease_key", "owner", "ends_at")
    return bool(
        session.run(change, values) or insert_new(session, "minishop_leases", columns, [(key, owner, micros(until))])
    )


def unlock(session: Session, key: str, owner: str) -> None:
    """Gives a lease back."""
    session.run(
        "DELETE FROM minishop_leases WHERE lease_key = :lease_key AND owner = :owner",
        {"lease_key": key, "owner": owner},
    )


def remember(session: Session, key: str, now: datetime, until: datetime) -> bool:
    """Notes a key, and now and then throws away notes that ended a day ago."""
    change = "UPDATE minishop_nonces SET ends_at = :ends_at WHERE nonce_key = :nonce_key AND ends_at <= :now"
    values = {"nonce_key": key, "ends_at": micros(until), "now": micros(now)}
    if session.run(change, values):
        return True
    if not insert_new(session, "minishop_nonces", ("nonce_key", "ends_at"), [(key, micros(until))]):
        return False
    if crc32(key.encode()) % _TIDY_EVERY == 0:
        _tidy(session, micros(now - _KEPT))
    return True


def _tidy(session: Session, before: int) -> None:
    old = session.rows(
        "SELECT nonce_key FROM minishop_nonces WHERE ends_at <= :before ORDER BY ends_at LIMIT :limit",
        {"before": before, "limit": _TIDY_MOST},
    )
    for condition, values in matches("nonce_key", [row[0] for row in old]):
        session.run(
            f"DELETE FROM minishop_nonces WHERE {condition} AND ends_at <= :before", {**values, "before": before}
        )
