"""What importing loads, and what is public."""

import subprocess
import sys

from minishop.payments import wechatpay


def loaded_by(statement):
    code = f"import sys; before = set(sys.modules); {statement}; print(*set(sys.modules) - before)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_payments_do_not_load_wechat_pay():
    loaded = loaded_by("import minishop.payments")
    assert not [name for name in loaded if "wechatpay" in name]
    assert "cryptography" not in loaded


def test_the_core_loads_no_client():
    loaded = loaded_by("import minishop.payments.wechatpay")
    assert "minishop.payments.wechatpay._notifications" in loaded
    assert not loaded & {"httpx", "asyncio", "sqlite3", "minishop.adapters", "minishop.testing"}
    assert not [name for name in loaded if name.startswith("minishop.payments.wechatpay.client")]


def test_no_bytes_are_compared_with_text():
    code = "from minishop.payments.wechatpay._headers import read_headers; import minishop.payments.wechatpay.client\n"
    code += "fields = {b'wechatpay-' + n: b'1' for n in (b'timestamp', b'nonce', b'signature', b'serial')}\n"
    code += "assert read_headers(fields) == read_headers([*fields.items()])"
    subprocess.run([sys.executable, "-bb", "-c", code], check=True)


def test_what_is_listed_is_there_in_order():
    assert list(wechatpay.__all__) == sorted(wechatpay.__all__, key=lambda name: (not name.isupper(), name))
    visible = {name for name in vars(wechatpay) if not name.startswith("_") and name not in ("client",)}
    assert visible == set(wechatpay.__all__)
