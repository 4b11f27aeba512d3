"""The tables of claims, tokens, leases and nonces, added to the metadata."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, SmallInteger

from minishop.adapters.sqlalchemy._tables import LARGE, LONG, column, table

__all__: list[str] = []

table(
    "minishop_activities",
    column("activity", LONG, primary_key=True),
    column("stock", BigInteger),
    column("per_user", BigInteger, nullable=True),
    column("claimed", BigInteger),
)
table(
    "minishop_claims",
    column("activity", LONG, primary_key=True),
    column("token", LONG, primary_key=True),
    column("buyer", LONG),
    column("quantity", BigInteger),
    column("ends_at", BigInteger),
    column("is_confirmed", SmallInteger),
    Index("minishop_claims_buyer", "activity", "buyer", "quantity"),
    Index("minishop_claims_end", "is_confirmed", "ends_at", "activity", "token"),
)
table(
    "minishop_tokens",
    column("token_key", LONG, primary_key=True),
    column("secret", LARGE),
    column("expires_at", BigInteger),
    column("version", BigInteger),
)
table(
    "minishop_leases",
    column("lease_key", LONG, primary_key=True),
    column("owner", LONG),
    column("ends_at", BigInteger),
)
table(
    "minishop_nonces",
    column("nonce_key", LONG, primary_key=True),
    column("ends_at", BigInteger),
    Index("minishop_nonces_end", "ends_at"),
)
