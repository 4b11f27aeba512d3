"""``python -m minishop``: the same program as the ``minishop`` command."""

from minishop.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
