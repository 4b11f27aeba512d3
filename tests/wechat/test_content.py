"""Content checks: what was not checked has not passed."""

import pytest

from minishop.errors import InvalidInput, RemoteError
from minishop.flows import HttpResponse
from minishop.wechat import LABELS, InvalidRequest, Suggestion, Verdict
from minishop.wechat._content import read_verdict


def test_a_text_passes(world):
    verdict = world.app.check_text("好茶", openid="oAnna")
    assert (verdict.suggestion, verdict.label, verdict.raw_label) == (Suggestion.PASS, "normal", 100)
    assert verdict.trace_id
    assert world.platform.calls[-1].fields == {"content": "好茶", "version": 2, "scene": 2, "openid": "oAnna"}


@pytest.mark.parametrize("label", [label for label in LABELS if label != 100])
def test_a_text_does_not_pass(world, label):
    world.platform.contents.words["bad"] = label
    verdict = world.app.check_text("so bad", openid="oAnna", scene="forum", title="t", nickname="n")
    assert (verdict.suggestion, verdict.label, verdict.raw_label) == (Suggestion.RISKY, LABELS[label], label)


@pytest.mark.parametrize(
    "result, suggestion, label",
    [
        ({"suggest": "review", "label": 20002}, "review", "pornography"),
        ({"suggest": "maybe", "label": 100}, "review", "normal"),
        ({}, "review", "unknown"),
        ({"suggest": "pass", "label": 77777}, "pass", "unknown"),
        ({"suggest": "risky", "label": "20003"}, "risky", "abuse"),
    ],
)
def test_what_we_do_not_know_is_for_a_person_to_look_at(result, suggestion, label):
    verdict = read_verdict(result, "t")
    assert (verdict.suggestion, verdict.label) == (suggestion, label)
    assert isinstance(verdict, Verdict)


@pytest.mark.parametrize("content, is_ok", [("", False), ("x" * 2501, False), ("茶" * 2500, True), (None, False)])
def test_the_length_is_checked_here(world, content, is_ok):
    if is_ok:
        assert world.app.check_text(content, openid="oAnna")
    else:
        with pytest.raises(InvalidInput) as refused:
            world.app.check_text(content, openid="oAnna")
        assert refused.value.field == "content"
        assert world.platform.calls == []


@pytest.mark.parametrize("wrong, field", [({"openid": ""}, "openid"), ({"scene": "x"}, "scene")])
def test_fields_are_checked_here(world, wrong, field):
    for call in (
        lambda: world.app.check_text("x", **{"openid": "oAnna", **wrong}),
        lambda: world.app.check_media("https://x/1.png", media_type="image", **{"openid": "oAnna", **wrong}),
    ):
        with pytest.raises(InvalidInput) as refused:
            call()
        assert refused.value.field == field


def test_who_was_not_active_cannot_be_checked(world):
    world.platform.contents.inactive.add("oAnna")
    with pytest.raises(InvalidRequest) as refused:
        world.app.check_text("x", openid="oAnna")
    assert (refused.value.code, refused.value.field) == ("user_inactive", "openid")


@pytest.mark.parametrize("body", [b"{}", b'{"errcode":0}', b'{"errcode":0,"result":[]}'])
def test_an_answer_without_a_verdict_is_no_pass(world, body):
    class Odd:
        def send(self, request):
            token = b'{"access_token":"T","expires_in":7200}'
            return HttpResponse(status=200, body=token if "stable_token" in request.url else body)

    app = world.worker(transport=Odd())
    with pytest.raises(RemoteError):
        app.check_text("x", openid="oAnna")
    with pytest.raises(RemoteError):
        app.check_media("https://x/1.png", media_type="image", openid="oAnna")


def test_media_are_checked_later(world):
    trace = world.app.check_media("https://shop.example/1.png", media_type="image", openid="oAnna", scene="profile")
    assert trace in world.platform.contents.waiting
    assert world.platform.calls[-1].fields["media_type"] == 2


@pytest.mark.parametrize("url, kind, field", [("file:///etc", "image", "url"), ("https://x", "film", "media_type")])
def test_media_are_named_rightly(world, url, kind, field):
    with pytest.raises(InvalidInput) as refused:
        world.app.check_media(url, media_type=kind, openid="oAnna")
    assert refused.value.field == field
