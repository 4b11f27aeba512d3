"""Subscribe messages: sent once, refused by the shopper as an ordinary outcome, blamed by key."""

import pytest

from minishop.errors import InvalidInput, OutcomeUnknown
from minishop.testing.wechat._wire import Refusal
from minishop.wechat import InvalidRequest, NoConsent, PlatformRefused, Sent, SubscribeMessage

TEMPLATE = "tmplShipped"
DATA = {"thing1": "茶", "character_string2": "SF1", "phrase3": "已发货"}


def message(**fields):
    return SubscribeMessage(**{"template_id": TEMPLATE, "openid": "oAnna", "data": DATA, **fields})


@pytest.fixture
def ready(world):
    world.platform.add_template(TEMPLATE, *DATA)
    world.platform.consent("oAnna", TEMPLATE)
    return world


def test_a_message_is_sent_as_the_platform_describes_it(ready):
    sent = ready.app.send_subscribe_message(message(page="pages/order?id=1", release="trial", language="en_US"))
    assert sent == Sent(message_id="1000001")
    assert ready.platform.messages.sent == [
        {
            "touser": "oAnna",
            "template_id": TEMPLATE,
            "data": {key: {"value": value} for key, value in DATA.items()},
            "miniprogram_state": "trial",
            "lang": "en_US",
            "page": "pages/order?id=1",
        }
    ]


def test_no_consent_is_an_ordinary_outcome(ready):
    assert isinstance(ready.app.send_subscribe_message(message()), Sent)
    assert ready.app.send_subscribe_message(message()) == NoConsent()  # one consent, one message
    assert ready.app.send_subscribe_message(message(openid="oBert")) == NoConsent()
    assert len(ready.platform.messages.sent) == 1


def test_by_the_generic_call_it_is_a_refusal(ready):
    ready.app.access_token()
    ready.platform.fail_next(43101)
    with pytest.raises(PlatformRefused) as refused:
        ready.app.call("/cgi-bin/message/subscribe/send", {})
    assert (refused.value.code, refused.value.kind) == ("no_consent", "consent")


def test_a_lost_reply_is_unknown_and_the_shopper_gets_one_message(ready):
    ready.platform.consent("oAnna", TEMPLATE, 5)
    ready.app.access_token()
    ready.platform.fail_next("lose_reply")
    with pytest.raises(OutcomeUnknown):
        ready.app.send_subscribe_message(message())
    assert len(ready.platform.messages.sent) == 1


def test_the_platform_blames_a_key_we_did_not_send(ready):
    ready.platform.add_template(TEMPLATE, *DATA, "thing9")
    with pytest.raises(InvalidRequest) as refused:
        ready.app.send_subscribe_message(message())
    assert (refused.value.code, refused.value.field) == ("wrong_argument", "data")  # a key we did not send


def test_the_platform_blames_a_key_we_sent(ready):
    def blame(call):
        raise Refusal(47003, "argument invalid! data.phrase3.value invalid")

    ready.platform.messages.send = blame
    with pytest.raises(InvalidRequest) as refused:
        ready.app.send_subscribe_message(message())
    assert refused.value.field == "data.phrase3"


@pytest.mark.parametrize(
    "wrong, code", [({"template_id": "tmplNone"}, "invalid_template"), ({"openid": "nobody"}, "invalid_openid")]
)
def test_what_the_platform_does_not_know(ready, wrong, code):
    with pytest.raises(InvalidRequest) as refused:
        ready.app.send_subscribe_message(message(**wrong))
    assert refused.value.code == code


@pytest.mark.parametrize(
    "wrong, field",
    [
        ({"data": {}}, "data"),
        ({"data": None}, "data"),
        ({"data": {"thing1": "茶" * 21}}, "data.thing1"),
        ({"data": {"thing1": ""}}, "data.thing1"),
        ({"data": {"Thing": "x"}}, "data"),
        ({"template_id": ""}, "template_id"),
        ({"openid": ""}, "openid"),
        ({"release": "beta"}, "release"),
        ({"language": "de"}, "language"),
        ({"page": 5}, "page"),
    ],
)
def test_what_is_wrong_is_refused_before_anything_is_sent(wrong, field):
    with pytest.raises(InvalidInput) as refused:
        message(**wrong)
    assert refused.value.field == field


def test_a_later_change_of_the_data_does_not_reach_the_message():
    data = dict(DATA)
    made = message(data=data)
    data["thing1"] = "茶" * 99
    assert made.data["thing1"] == "茶"
    assert "oAnna" not in repr(made)
    assert "茶" not in repr(made)
