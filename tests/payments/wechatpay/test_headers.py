"""Whatever a framework calls its headers."""

import http.client
import io

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minishop.errors import InvalidInput
from minishop.flows import Headers
from minishop.payments.wechatpay import Malformed, Unverified, verify
from tests.payments.wechatpay import build
from tests.payments.wechatpay.examples import some

BODY = b'{"code_url":"weixin://wxpay/bizpayurl?pr=JyC91EIz1"}'
SIGNED = build.signed_headers(BODY)
OTHERS = {"Host": "shop.example", "X-Forwarded-For": "1.2.3.4", "Content-Type": "application/json", "Cookie": "a=b"}
HEADERS = OTHERS | SIGNED


def check(headers):
    verify(headers, BODY, keys=build.platform_keys(), now=build.NOW)


def environ():
    return {
        "wsgi.input": io.BytesIO(BODY),
        "wsgi.version": (1, 0),
        "REQUEST_METHOD": "POST",
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in HEADERS.items()},
    }


def message():
    return http.client.parse_headers(
        io.BytesIO("".join(f"{name}: {value}\r\n" for name, value in HEADERS.items()).encode() + b"\r\n")
    )


class WerkzeugLike:
    """Pairs and items(), but no Mapping."""

    def __iter__(self):
        return iter(HEADERS.items())

    def items(self):
        return iter(HEADERS.items())


class OddGet(WerkzeugLike):
    """What it calls get() is something else."""

    def get(self):
        raise AssertionError


class BrokenGet(dict[str, str]):
    """Its get() fails in some way of its own."""

    def __init__(self, error):
        super().__init__(HEADERS)
        self.error = error

    def get(self, name, default=None):
        raise self.error


class BrokenItems(dict[str, str]):
    """It knows nothing, and cannot say what it has."""

    def items(self):
        raise KeyError("a")


CONTAINERS = {
    "dict": lambda: HEADERS,
    "lower case": lambda: {name.lower(): value for name, value in HEADERS.items()},
    "upper case": lambda: {name.upper(): value for name, value in HEADERS.items()},
    "bytes": lambda: {name.encode(): value.encode() for name, value in HEADERS.items()},
    "pairs": lambda: [*HEADERS.items()],
    "iterator": lambda: iter(HEADERS.items()),
    "asgi": lambda: [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()],
    "asgi mixed case": lambda: ((name.swapcase().encode(), value.encode()) for name, value in HEADERS.items()),
    "wsgi": environ,
    "http.client": message,
    "httpx": lambda: httpx.Headers(HEADERS),
    "ours": lambda: Headers(HEADERS),
    "no mapping": WerkzeugLike,
    "no get": OddGet,
    "get raises KeyError": lambda: BrokenGet(KeyError("a")),
    "get raises RuntimeError": lambda: BrokenGet(RuntimeError("a")),
    "get raises OSError": lambda: BrokenGet(OSError("a")),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_every_container_will_do(name):
    check(CONTAINERS[name]())


@some
@given(st.data())
def test_every_case_will_do(data):
    def recased(text):
        upper = data.draw(st.lists(st.booleans(), min_size=len(text), max_size=len(text)))
        return "".join(c.upper() if up else c.lower() for c, up in zip(text, upper, strict=True))

    check({recased(name): value for name, value in SIGNED.items()})


def test_the_algorithm_may_be_left_out():
    check({name: value for name, value in SIGNED.items() if name != "Wechatpay-Signature-Type"})


@pytest.mark.parametrize("name", [name for name in SIGNED if name != "Wechatpay-Signature-Type"])
def test_a_missing_field_is_named_and_a_proxy_suspected(name):
    for lacking in (
        {field: value for field, value in SIGNED.items() if field != name},
        {**SIGNED, name: ""},
    ):
        with pytest.raises(Malformed) as raised:
            check(lacking)
        assert raised.value.params == {"fields": name}
        assert "proxy" in raised.value.next_step


def test_all_missing_fields_are_named():
    with pytest.raises(Malformed) as raised:
        check({})
    assert raised.value.params["fields"].count("Wechatpay-") == 4


@pytest.mark.parametrize("name", SIGNED)
def test_a_field_that_was_sent_twice_is_refused(name):
    pairs = [*SIGNED.items(), (name.lower(), SIGNED[name])]
    for headers in (pairs, Headers(pairs), httpx.Headers(pairs)):
        with pytest.raises(Unverified) as raised:
            check(headers)
        # A container that joins the two leaves one field that is no timestamp, serial, signature or algorithm.
        assert raised.value.code in ("malformed", "unknown_serial", "algorithm")


NO_CONTAINERS: list[object] = [BrokenItems(), None, 7, "text", b"bytes", ["pair"], [("a",)], [(1, "b")], {1: "b"}]
NO_CONTAINERS += [{**SIGNED, "Wechatpay-Nonce": value} for value in (7, None, ["a"])]


@pytest.mark.parametrize("headers", NO_CONTAINERS)
def test_what_is_no_container_is_the_callers_mistake(headers):
    with pytest.raises(InvalidInput) as raised:
        check(headers)
    assert raised.value.field == "headers"
    assert "request.headers" in raised.value.next_step
