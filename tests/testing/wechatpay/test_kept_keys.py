"""Credentials that outlive the process, and the command's options."""

import json
import signal

import pytest

from minishop.cli import _wechatpay_simulator, main
from minishop.errors import InvalidInput
from minishop.testing.wechatpay import Delivery, KeyMode, SimulatorServer, WechatPaySimulator
from minishop.testing.wechatpay._kept import KeptKeys
from tests.testing.wechatpay.merchant import Merchant


def test_keys_are_the_same_after_a_restart_and_only_for_their_owner(tmp_path, clock):
    first, second = KeptKeys(tmp_path / "a" / "b"), KeptKeys(tmp_path / "a" / "b")
    assert first.credentials == second.credentials
    for path in (tmp_path / "a" / "b").iterdir():
        if path.name != ".gitignore":
            assert path.stat().st_mode & 0o077 == 0
    made = [
        WechatPaySimulator(clock=clock, credentials=kept.credentials, keys=kept, key_mode=KeyMode.CERTIFICATE)
        for kept in (first, second)
    ]
    assert made[0].certificates == made[1].certificates
    assert Merchant(made[1], clock).get("/v3/certificates")[0] == 200


def test_another_directory_has_other_keys(tmp_path):
    one, other = KeptKeys(tmp_path / "1").credentials, KeptKeys(tmp_path / "2").credentials
    assert one.private_key != other.private_key
    assert one.api_v3_key != other.api_v3_key
    assert len(other.api_v3_key) == 32


def test_the_file_names_the_keys(tmp_path):
    kept = KeptKeys(tmp_path)
    told = json.loads(kept.credentials_file.read_text(encoding="utf-8"))
    assert told["private_key"] == str(tmp_path / "merchant.pem")
    with open(told["public_key"], encoding="ascii") as file:
        assert file.read() == kept.credentials.public_key


def test_secrets_are_not_shown(tmp_path):
    known = KeptKeys(tmp_path).credentials
    assert known.api_v3_key not in repr(known)
    assert "PRIVATE" not in repr(known)


@pytest.mark.parametrize("content", ["", "no key"])
def test_a_broken_key_file_is_named(tmp_path, content):
    (tmp_path / "merchant.pem").write_text(content, encoding="ascii")
    with pytest.raises(InvalidInput) as refused:
        KeptKeys(tmp_path)
    assert "merchant.pem" in str(refused.value)


def test_help_teaches(capsys):
    assert main(["wechatpay-simulator", "--help"]) == 0
    text = capsys.readouterr().out
    for word in ("--port", "--directory", "--notify-url", "credentials.json", "Pay", "production"):
        assert word in text


WRONG = [["--port", "x"], ["--port", "70000"], ["--keys", "none"], ["--notify-url", "https://shop.example/"]]


@pytest.mark.parametrize("argv", WRONG)
def test_wrong_usage(argv, capsys):
    assert main(["wechatpay-simulator", *argv]) == 2
    assert "error: argument" in capsys.readouterr().err


def test_the_command_serves_until_it_is_interrupted(tmp_path, monkeypatch, capsys):
    def interrupt():
        raise KeyboardInterrupt

    monkeypatch.setattr(signal, "signal", lambda number, handler: None)
    monkeypatch.setattr(_wechatpay_simulator, "_wait_for_an_interrupt", interrupt)
    assert main(["wechatpay-simulator", "--port", "0", "--directory", str(tmp_path), "--keys", "certificate"]) == 130
    assert "pay here" in capsys.readouterr().out


def test_deliveries_are_told(capsys):
    one = Delivery(id="1", event_type="E", url="http://u", attempt=2, headers={}, body=b"", answer=lambda status: None)
    _wechatpay_simulator._tell(one, 0)
    _wechatpay_simulator._tell(one, 204)
    assert capsys.readouterr().out.splitlines() == [
        "E attempt 2 -> http://u: no answer, or not on this machine",
        "E attempt 2 -> http://u: 204",
    ]


def test_a_port_that_is_taken_is_told(tmp_path, capsys, clock):
    with SimulatorServer(WechatPaySimulator(clock=clock)) as server:
        port = server.url.rpartition(":")[2]
        assert main(["wechatpay-simulator", "--port", port, "--directory", str(tmp_path)]) == 1
    assert "in use" in capsys.readouterr().err
