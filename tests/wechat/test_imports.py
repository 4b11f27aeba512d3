"""What an import costs: the platform's package loads no cryptography and nothing that does I/O."""

import subprocess
import sys

import pytest

import minishop.wechat
import minishop.wechat.push
import minishop.wechat.shipping


def test_an_import_stays_light():
    heavy = {"asyncio", "cryptography", "httpx", "socket", "sqlite3", "ssl"}
    modules = "minishop.wechat, minishop.wechat.push, minishop.wechat.shipping"
    code = f"import sys; before = set(sys.modules); import {modules}; print(*set(sys.modules) - before)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert "minishop.wechat.push" in loaded
    assert not loaded & heavy


@pytest.mark.parametrize("module", [minishop.wechat, minishop.wechat.push, minishop.wechat.shipping])
def test_what_is_exported_is_there(module):
    assert len(set(module.__all__)) == len(module.__all__)
    assert all(hasattr(module, name) for name in module.__all__)


def test_both_objects_have_the_same_methods():
    kinds = (minishop.wechat.MiniProgram, minishop.wechat.AsyncMiniProgram)
    blocking, waiting = ({name for name in vars(kind) if not name.startswith("_")} for kind in kinds)
    assert blocking == waiting
    assert len(blocking) > 20
