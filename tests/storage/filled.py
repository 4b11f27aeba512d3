"""Fills the tables of a SQL store with many rows, made by the database itself, and names what is in them."""

from minishop.adapters._sql import micros
from tests.storage.batches import after

SERIES = {
    "sqlite": "(WITH RECURSIVE s(n) AS (SELECT {0} UNION ALL SELECT n + 1 FROM s WHERE n < {1}) SELECT n FROM s) t",
    "postgresql": "generate_series({0}, {1}) t(n)",
    "mysql": "(SELECT seq n FROM seq_{0}_to_{1}) t",
}
PAST, FUTURE = micros(after(-(10**6))), micros(after(10**6))

# In the order of the columns; @x is a name with the number behind it: "x17".
TABLES = {
    "records (record_kind, record_id, version, document, personal, shop, shopper, label, facets, created_at)": (
        "'order', @o, 1, '{{}}', 'p', @s % 5, @u % 100, @l % 20, '{{}}', {past} + n"
    ),
    "uniques (unique_key, record_kind, record_id)": "@k, 'order', @o",
    "timers (record_kind, record_id, kind, subject, due_at)": (
        "'order', @o, 'unpaid', '', CASE WHEN n <= 10 THEN {past} ELSE {future} + n END"
    ),
    "history (record_kind, record_id, version, idx, topic, payload, happened_at)": (
        "'order', @o, 1, 0, 'placed', '{{}}', {past}"
    ),
    "outbox (record_kind, record_id, version, idx, is_parked)": "'order', @o, 1, 0, CASE WHEN n = 7 THEN 1 ELSE 0 END",
    "receipts (receipt_key, fingerprint, outcome, expires_at)": (
        "@r, 'f', '', CASE WHEN n <= 10 THEN {past} ELSE {future} + n END"
    ),
    "limits (limit_key, taken)": "@c, 1",
    "takes (limit_key, token, taken)": "@c, 't', 1",
    "stock (sku, location, on_hand, allocated, held_until)": "@S, '', 1000000, 0, 0",
    "holds (hold, state, wanted, ends_at)": (
        "@h, CASE WHEN n % 10 = 0 THEN 'live' ELSE 'committed' END, '[]',"
        " CASE WHEN n <= 20 THEN {past} ELSE {future} END"
    ),
    "held (hold, sku, location, quantity, ends_at)": "@h, @S, '', 1, CASE WHEN n <= 20 THEN {past} ELSE {future} END",
    "movements (entry, sku, location, kind, quantity, moved_at)": "@e, @S, '', 'receive', 1, {past}",
    "accounts (account, balance)": "@a, 5",
    "entries (entry, account, amount, note)": "@b, @a, 5, ''",
}


def fill(run, dialect, first, last, leave_out=()):
    """Adds rows ``first`` to ``last`` to every table but those left out; ``run`` carries out a statement."""
    for table, values in TABLES.items():
        if table.split()[0] not in leave_out:
            values = values.format(past=PAST, future=FUTURE)
            series = SERIES[dialect].format(first, last)
            run(f"INSERT INTO minishop_{table} SELECT {_names(values, dialect)} FROM {series}")


def _names(values, dialect):
    join = "concat('{0}', {1})" if dialect == "mysql" else "'{0}' || ({1})"
    parts = []
    for part in values.split(", "):
        if part.startswith("@"):
            name, _, modulus = part[1:].partition(" % ")
            part = join.format(name, f"n % {modulus}" if modulus else "n")
        parts.append(part)
    return ", ".join(parts)
