"""``track``, ``carriers`` and ``logistics-simulator``."""

import signal

import pytest

from minishop.cli import _logistics_simulator, _track, main
from minishop.testing.logistics import FakeKdniao, FakeKuaidi100, FakeServer, FakeSf


@pytest.fixture(autouse=True)
def without_accounts(monkeypatch):
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    for names in _track.VARIABLES.values():
        for name in names:
            monkeypatch.delenv(name.strip("[]"), raising=False)


def test_the_demo_parcel_in_both_languages(capsys):
    assert main(["track", "yt0000000000001", "--carrier", "yto", "--provider", "demo"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["YT0000000000001  YTO Express", "Delivered (by_recipient)"]
    assert lines[2] == "  2026-06-01 12:00:00  Picked up  【甲市】快递员已揽收"
    assert len(lines) == 7
    assert main(["track", "YT1", "--carrier", "yto", "--provider", "demo", "--lang", "zh-CN"]) == 0
    assert capsys.readouterr().out.splitlines()[:2] == ["YT1  圆通速递", "已签收 (by_recipient)"]


def test_the_carrier_is_never_guessed(capsys):
    assert main(["track", "RA473124829CN", "--provider", "demo"]) == 2
    out, err = capsys.readouterr()
    assert "--carrier" in err
    assert [line.split()[0] for line in out.splitlines()] == ["ems", "ems_intl"]


def test_without_an_account_nobody_is_asked(capsys):
    for more in ([], ["--provider", "sf"]):
        assert main(["track", "X1", "--carrier", "sf", *more]) == 2
        assert "MINISHOP_SF_PARTNER_ID" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments, code",
    [
        (["carriers", "detect", "4200000000000000000000000001"], "payment_number"),
        (["carriers", "detect", "圆通"], "malformed"),
        (["track", "", "--carrier", "yto", "--provider", "demo"], "empty"),
        (["track", "X1", "--carrier", "nobody", "--provider", "demo"], "unknown_carrier"),
    ],
)
def test_invalid_input(arguments, code, capsys):
    assert main(arguments) == 1
    out, err = capsys.readouterr()
    assert (out, code in err) == ("", True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "65536"],
        ["--port", "-1"],
        ["--pace", "0"],
        ["--pace", "x"],
        ["--parcel", "X12345"],
        ["--parcel", ":X12345"],
        ["--parcel", "yuantong:"],
        ["--parcel", "yuantong:!!"],
    ],
)
def test_wrong_usage_of_the_simulator(arguments, monkeypatch, capsys):
    monkeypatch.setattr(_logistics_simulator, "_ticks", lambda pace: ())  # it does not serve for ever
    assert main(["logistics-simulator", *arguments]) == 2
    assert f"argument {arguments[0]}" in capsys.readouterr().err


def test_an_address_that_is_none(monkeypatch, capsys):
    monkeypatch.setenv("MINISHOP_SF_PARTNER_ID", "p")
    monkeypatch.setenv("MINISHOP_SF_CHECKWORD", "c4n4ry")
    monkeypatch.setenv("MINISHOP_SF_URL", "nonsense")
    assert main(["track", "SF1", "--phone", "8000"]) == 1
    out, err = capsys.readouterr()
    assert (out, "c4n4ry" in err) == ("", False)
    assert err.startswith("minishop track: the address of a request was refused")


def test_detecting(capsys):
    assert main(["carriers", "detect", "1Z5R89390357567128"]) == 0
    assert capsys.readouterr().out == "ups               low     UPS  CHECK DIGIT WRONG\n"
    assert main(["carriers", "detect", "123456789012", "--lang", "zh-CN"]) == 0
    assert "顺丰速运  legacy; several carriers use twelve digits" in capsys.readouterr().out
    assert main(["carriers", "detect", "HELLO"]) == 1
    assert "HELLO" in capsys.readouterr().err


FAKES = {
    "kuaidi100": (FakeKuaidi100, "yuantong", "1002", {"CUSTOMER": "customer", "KEY": "key"}),
    "kdniao": (FakeKdniao, "YTO", "204", {"BUSINESS_ID": "business_id", "APP_KEY": "app_key"}),
    "sf": (FakeSf, "sf", "31", {"PARTNER_ID": "partner_id", "CHECKWORD": "checkword"}),
}


@pytest.mark.oracle
@pytest.mark.parametrize("provider", FAKES)
def test_asking_a_provider(provider, monkeypatch, capsys):
    maker, code, scan, fields = FAKES[provider]
    fake = maker()
    fake.add_parcel("X12345", code)
    fake.scan("X12345", scan, "到达\033[31m 甲市")
    account = fake.account()
    for name, field in fields.items():
        monkeypatch.setenv(f"MINISHOP_{provider.upper()}_{name}", getattr(account, field))
    with FakeServer(fake) as server:
        monkeypatch.setenv(f"MINISHOP_{provider.upper()}_URL", server.url)
        carrier = [] if provider == "sf" else ["--carrier", "yto"]
        assert main(["track", "X12345", *carrier, "--phone", "8000"]) == 0
        out = capsys.readouterr().out
        assert "到达 [31m 甲市" in out
        assert "\033" not in out
        assert main(["track", "X9", *carrier, "--phone", "8000"]) == (0 if provider == "kdniao" else 1)
        said = capsys.readouterr()
        assert ("not_found_yet" in said.err) != ("Not handed over yet" in said.out)


def test_a_notice_is_printed(capsys):
    from minishop.logistics import Shipment, TrackingNotice
    from minishop.messages import catalogue

    _track._print(Shipment(number="X1", warnings=[TrackingNotice("unknown_code", "7\n7")]), catalogue("en"))
    assert capsys.readouterr().out.splitlines()[-1] == "  ! nobody knows the code 7 7 yet"


@pytest.mark.oracle
@pytest.mark.parametrize("provider", FAKES)
def test_the_simulator_serves_scans_and_pushes(provider, monkeypatch, capsys):
    """Between two ticks the command of another terminal is run here, as if by hand."""
    seen = []

    def ticks(pace):
        assert pace == 10
        printed = capsys.readouterr().out
        for line in printed.splitlines()[1:]:
            name, _, value = line.strip().partition("=")
            monkeypatch.setenv(name, value)
        yield None
        carrier = [] if provider == "sf" else ["--carrier", "yto"]
        seen.append(main(["track", "X12345", "--provider", provider, "--phone", "0000", *carrier]))
        seen.append(capsys.readouterr().out)
        raise KeyboardInterrupt

    monkeypatch.setattr(_logistics_simulator, "_ticks", ticks)
    before = signal.getsignal(signal.SIGTERM)
    try:
        code = FAKES[provider][1]
        arguments = ["--provider", provider, "--port", "0", "--parcel", f"{code}:X12345"]
        arguments += [] if provider == "kuaidi100" else ["--push-to", "https://shop.test/elsewhere"]
        assert main(["logistics-simulator", *arguments]) == 130
    finally:
        signal.signal(signal.SIGTERM, before)
    status, printed = seen
    assert status == 0
    assert "every parcel was scanned" in printed
    assert "Picked up" in printed
    assert ("push -> no answer, or not on this machine (not acknowledged)" in printed) == (provider == "sf")


def test_ticks_come_one_after_the_other(monkeypatch):
    slept = []
    monkeypatch.setattr(_logistics_simulator.time, "sleep", slept.append)
    ticks = _logistics_simulator._ticks(7)
    assert [next(ticks), next(ticks), next(ticks)] == [None] * 3
    assert slept == [7, 7]
