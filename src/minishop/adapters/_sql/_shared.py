"""Claims, tokens and nonces over any database of this package."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from minishop.adapters._claims import check_activity, check_claim, check_rebuild, check_text
from minishop.adapters._sql import _claims, _tokens
from minishop.adapters._sql._session import Database
from minishop.flows import StoredToken
from minishop.inventory import Claim, ClaimResult

__all__ = ["SqlClaimStore", "SqlNonceStore", "SqlTokenStore"]


class SqlClaimStore:
    """A :class:`~minishop.inventory.ClaimStore`.

    Args:
        database: Runs the work.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def open_activity(self, activity: str, stock: int, per_user: int | None) -> None:
        """See :class:`~minishop.inventory.ClaimStore`."""
        check_activity(activity, stock, per_user)
        self._database.write(partial(_claims.open_activity, activity=activity, stock=stock, per_user=per_user))

    def claim(self, activity: str, user: str, quantity: int, token: str, now: datetime, until: datetime) -> ClaimResult:
        """See :class:`~minishop.inventory.ClaimStore`."""
        check_claim(activity, user, quantity, token, now, until)
        work = partial(
            _claims.claim, activity=activity, user=user, quantity=quantity, token=token, now=now, until=until
        )
        return self._database.write(work)

    def find_claim(self, activity: str, token: str) -> Claim | None:
        """See :class:`~minishop.inventory.ClaimStore`."""
        return self._database.read(partial(_claims.find, activity=activity, token=token))

    def confirm_claim(self, activity: str, token: str) -> bool:
        """See :class:`~minishop.inventory.ClaimStore`."""
        return self._database.write(partial(_claims.confirm, activity=activity, token=token))

    def give_back(self, activity: str, token: str) -> bool:
        """See :class:`~minishop.inventory.ClaimStore`."""
        return self._database.write(partial(_claims.give_back, activity=activity, token=token))

    def expired_claims(self, now: datetime, limit: int) -> tuple[Claim, ...]:
        """See :class:`~minishop.inventory.ClaimStore`."""
        return self._database.read(partial(_claims.expired, now=now, limit=limit))

    def unclaimed(self, activity: str) -> int:
        """See :class:`~minishop.inventory.ClaimStore`."""
        return self._database.read(partial(_claims.unclaimed, activity=activity))

    def rebuild_activity(self, activity: str, claims: tuple[Claim, ...]) -> None:
        """See :class:`~minishop.inventory.ClaimStore`."""
        check_rebuild(activity, claims)
        self._database.write(partial(_claims.rebuild, activity=activity, claims=claims))


class SqlTokenStore:
    """A :class:`~minishop.flows.TokenStore`.

    Args:
        database: Runs the work.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def get_token(self, key: str) -> StoredToken | None:
        """See :class:`~minishop.flows.TokenStore`."""
        return self._database.read(partial(_tokens.get_token, key=key))

    def set_token(self, key: str, token: StoredToken) -> bool:
        """See :class:`~minishop.flows.TokenStore`."""
        check_text("key", key)
        return self._database.write(partial(_tokens.set_token, key=key, token=token))

    def try_lock(self, key: str, owner: str, now: datetime, until: datetime) -> bool:
        """See :class:`~minishop.flows.TokenStore`."""
        check_text("key", key)
        check_text("owner", owner)
        return self._database.write(partial(_tokens.try_lock, key=key, owner=owner, now=now, until=until))

    def unlock(self, key: str, owner: str) -> None:
        """See :class:`~minishop.flows.TokenStore`."""
        self._database.write(partial(_tokens.unlock, key=key, owner=owner))


class SqlNonceStore:
    """A :class:`~minishop.flows.NonceStore`.

    Args:
        database: Runs the work.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def remember(self, key: str, now: datetime, until: datetime) -> bool:
        """See :class:`~minishop.flows.NonceStore`."""
        check_text("key", key)
        return self._database.write(partial(_tokens.remember, key=key, now=now, until=until))
