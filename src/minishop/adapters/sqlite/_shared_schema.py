"""The tables of claims, tokens, leases and nonces."""

from __future__ import annotations

__all__ = ["SHARED"]

SHARED = (
    """CREATE TABLE minishop_activities (
        activity TEXT NOT NULL PRIMARY KEY, stock INTEGER NOT NULL, per_user INTEGER, claimed INTEGER NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE minishop_claims (
        activity TEXT NOT NULL, token TEXT NOT NULL, buyer TEXT NOT NULL, quantity INTEGER NOT NULL,
        ends_at INTEGER NOT NULL, is_confirmed INTEGER NOT NULL, PRIMARY KEY (activity, token)
    ) WITHOUT ROWID""",
    "CREATE INDEX minishop_claims_buyer ON minishop_claims (activity, buyer, quantity)",
    "CREATE INDEX minishop_claims_end ON minishop_claims (is_confirmed, ends_at, activity, token)",
    """CREATE TABLE minishop_tokens (
        token_key TEXT NOT NULL PRIMARY KEY, secret TEXT NOT NULL, expires_at INTEGER NOT NULL, version INTEGER NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE minishop_leases (
        lease_key TEXT NOT NULL PRIMARY KEY, owner TEXT NOT NULL, ends_at INTEGER NOT NULL
    ) WITHOUT ROWID""",
    "CREATE TABLE minishop_nonces (nonce_key TEXT NOT NULL PRIMARY KEY, ends_at INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX minishop_nonces_end ON minishop_nonces (ends_at)",
)
"""Statements of one migration."""
