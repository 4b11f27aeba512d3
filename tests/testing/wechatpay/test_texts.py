"""Texts of refusals: each is used, each is there in both languages, with the same blanks."""

import re
from pathlib import Path
from string import Formatter

import pytest

from minishop.testing import wechatpay
from minishop.testing.wechatpay._refusal_texts import TEXTS

SOURCE = "".join(
    path.read_text(encoding="utf-8")
    for path in Path(wechatpay.__file__).parent.glob("*.py")
    if path.name != "_refusal_texts.py"
)


def blanks(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", TEXTS)
def test_a_text(key):
    chinese, english = TEXTS[key]
    assert blanks(chinese) == blanks(english)
    assert re.search(r"[\u4e00-\u9fff]", chinese)
    assert english.isascii()
    assert f'"{key}"' in SOURCE


def test_every_public_name_has_a_text():
    for name in wechatpay.__all__:
        assert getattr(wechatpay, name).__doc__ or name == "RETRIES"
    assert wechatpay.__all__ == sorted(wechatpay.__all__, key=lambda name: (not name.isupper(), name))
