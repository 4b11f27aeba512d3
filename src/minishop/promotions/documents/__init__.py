"""Rules and carts as documents: reading, writing, the JSON Schema, the digest."""

from minishop.promotions.documents._digest import ENGINE_VERSION, digest
from minishop.promotions.documents._rules import (
    FORMAT,
    canonical,
    parse_rules_json,
    parse_rules_toml,
    read_rules,
    rules_schema,
    write_rules,
)

__all__ = [
    "ENGINE_VERSION",
    "FORMAT",
    "canonical",
    "digest",
    "parse_rules_json",
    "parse_rules_toml",
    "read_rules",
    "rules_schema",
    "write_rules",
]
