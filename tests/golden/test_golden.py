"""A changed fen fails the build until the CHANGELOG says why."""

from pathlib import Path

import pytest

from tests.golden.corpus import CASES, load, price, seal

CHANGELOG = Path(__file__).parents[2] / "CHANGELOG.md"


def test_the_corpus_is_there():
    assert len(CASES) >= 60


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_prices_are_as_they_were(path):
    case = load(path)
    assert price(case) == case["quote"]


def test_the_changelog_names_the_seal_of_the_corpus():
    # The files can be rewritten by one command. This is the step that a person has to take.
    assert seal() in CHANGELOG.read_text(encoding="utf-8")
