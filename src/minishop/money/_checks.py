"""Refuses what is not a whole number before it reaches any arithmetic."""

from minishop.errors import InvalidInput


def check_int(field: str, value: object, minimum: int | None = 0) -> int:
    """The value itself, if it is an ``int`` (and no ``bool``) of at least ``minimum``.

    Raises:
        InvalidInput: ``wrong_type`` or ``negative`` / ``too_small``.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidInput(
            field,
            "wrong_type",
            f"must be an int, got {type(value).__name__}",
            params={"expected": "int", "got": type(value).__name__},
        )
    if minimum is not None and value < minimum:
        code = "negative" if minimum == 0 else "too_small"
        raise InvalidInput(
            field, code, f"must be at least {minimum}, got {value}", params={"minimum": minimum, "got": value}
        )
    return value
