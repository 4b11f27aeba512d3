"""The access token: one fetch for all, and the one-retry rule."""

from datetime import timedelta

import pytest

from minishop.errors import MinishopError, OutcomeUnknown, RemoteError
from minishop.flows import HttpResponse, StoredToken
from minishop.wechat import PlatformRefused, PlatformUnavailable
from minishop.wechat._tokens import effective_life
from tests.wechat.world import World

KEY = "minishop:wx:token:stable:wx0000000000000001"
PATH = "/wxa/sec/order/is_trade_managed"
ASK = {"appid": "wx0000000000000001"}


def ask(world, app=None):
    return (app or world.app).call(PATH, ASK)["is_trade_managed"]


@pytest.mark.parametrize(
    "expires_in, seconds",
    # 7200: the platform renews 5 minutes before the end. 299: another SDK got a negative life here. 0, -5: at least 1.
    [(7200, 6900), (6000, 5700), (5999, 5700), (299, 285), (100, 95), (20, 19), (19, 19), (1, 1), (0, 1), (-5, 1)],
)
def test_a_token_is_used_a_little_shorter_than_it_lives(expires_in, seconds):
    assert effective_life(expires_in) == timedelta(seconds=seconds)


def test_a_token_is_fetched_once_and_used_until_its_effective_end(world):
    for _ in range(3):
        assert ask(world)
    assert world.platform.credentials.fetches == [("stable", False)]
    world.clock.advance(seconds=6899)
    assert ask(world)
    assert world.platform.token_fetches == 1
    world.clock.advance(seconds=1)
    assert ask(world)
    assert world.platform.token_fetches == 2


def test_workers_share_the_store(world):
    for _ in range(4):
        ask(world, world.worker())
    assert world.platform.token_fetches == 1


def test_the_store_holds_no_secret_in_keys_and_knows_the_mode(world):
    ask(world)
    assert set(world.tokens._tokens) == {KEY}
    assert world.tokens._leases == {}
    assert world.tokens.get_token(KEY).version == 1


def test_the_legacy_mode_is_another_pool(world):
    legacy = world.worker(mode="legacy")
    ask(world)
    ask(world, legacy)
    ask(world)
    assert world.platform.credentials.fetches == [("stable", False), ("legacy", False)]
    assert set(world.tokens._tokens) == {KEY, KEY.replace("stable", "legacy")}


def test_a_legacy_token_that_is_refused_is_fetched_again(world):
    legacy = world.worker(mode="legacy")
    ask(world, legacy)
    world.platform.credentials.revoke()
    assert ask(world, legacy)
    assert world.platform.credentials.fetches == [("legacy", False)] * 2


def test_a_refused_token_is_replaced_without_force_and_the_call_repeated_once(world):
    ask(world)
    world.platform.credentials.revoke()
    assert ask(world)
    assert world.platform.credentials.fetches == [("stable", False)] * 2
    assert world.tokens.get_token(KEY).version == 2


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
def test_each_of_the_token_numbers_is_followed_by_one_repetition(world, errcode):
    ask(world)
    world.platform.fail_next(errcode)
    assert ask(world)
    assert world.paths().count("is_trade_managed") == 3


def test_a_call_is_never_repeated_in_a_loop(world):
    ask(world)
    world.platform.fail_next(40001, 42001, 40014, 40001)
    with pytest.raises(PlatformRefused) as refused:
        ask(world)
    assert (refused.value.errcode, refused.value.kind) == (42001, "token")
    assert world.paths().count("is_trade_managed") == 3


def test_who_finds_a_newer_token_in_the_store_takes_it(world):
    slow = world.worker()
    old = slow.access_token()
    world.platform.credentials.revoke()
    ask(world)
    assert world.platform.token_fetches == 2
    world.platform.fail_next(40001)  # as if the slow worker's call with the old token arrived now
    assert ask(world, slow)
    assert slow.access_token() != old


def test_another_worker_has_replaced_the_refused_token(world):
    """The call goes out with the old token; while it is under way somebody else renews it."""
    serve, stored = world.platform.serve, []

    def renew(method, url, body):
        if PATH in url and not stored:
            stored.append(world.tokens.get_token(KEY))
            world.platform.credentials.revoke()
            fresh = StoredToken(world.platform.credentials._make("stable"), stored[0].expires_at, 2)
            assert world.tokens.set_token(KEY, fresh)
        return serve(method, url, body)

    world.platform.serve = renew
    assert ask(world)
    assert world.platform.token_fetches == 1
    assert world.paths().count("is_trade_managed") == 2


def test_force_is_used_only_if_the_same_token_comes_back(world):
    ask(world)
    world.platform.credentials.revoke(but_hand_it_out_again=True)
    assert ask(world)
    assert world.platform.credentials.fetches == [("stable", False), ("stable", False), ("stable", True)]


def test_force_is_used_at_least_30_seconds_apart(world):
    ask(world)
    world.platform.credentials.revoke(but_hand_it_out_again=True)
    assert ask(world)
    world.platform.credentials.revoke(but_hand_it_out_again=True)
    world.clock.advance(seconds=20)
    with pytest.raises(PlatformUnavailable) as refused:
        ask(world)
    assert refused.value.code == "force_budget"
    assert refused.value.retry_after == timedelta(seconds=10)
    world.clock.advance(seconds=10)
    assert ask(world)
    assert world.platform.credentials.fetches.count(("stable", True)) == 2


def test_force_is_used_at_most_20_times_a_day_by_all_workers_together(world):
    world.platform.credentials.force_per_day = 99
    ask(world)
    for _ in range(20):
        world.platform.credentials.revoke(but_hand_it_out_again=True)
        assert ask(world, world.worker())
        world.clock.advance(minutes=1)
    world.platform.credentials.revoke(but_hand_it_out_again=True)
    with pytest.raises(PlatformUnavailable) as refused:
        ask(world)
    assert refused.value.code == "force_budget"
    # The clock began at noon in Shanghai.
    assert refused.value.retry_after == timedelta(hours=12) - timedelta(minutes=20)
    world.clock.advance(refused.value.retry_after)
    assert ask(world)
    world.platform.credentials.revoke(but_hand_it_out_again=True)
    assert ask(world)
    assert world.platform.credentials.fetches.count(("stable", True)) == 21


@pytest.mark.parametrize("note", ["", "nonsense", "5", "5 yesterday", "x 2026-06-01T04:00:00+00:00"])
def test_a_budget_that_cannot_be_read_is_begun_anew(world, note):
    until = world.clock() + timedelta(hours=1)
    world.tokens.set_token("minishop:wx:force:wx0000000000000001", StoredToken(note, until, 1))
    ask(world)
    world.platform.credentials.revoke(but_hand_it_out_again=True)
    assert ask(world)


def test_who_loses_the_race_for_the_budget_waits(world):
    ask(world)
    world.platform.credentials.revoke(but_hand_it_out_again=True)
    inner = world.tokens.set_token
    world.tokens.set_token = lambda key, token: "force" not in key and inner(key, token)
    with pytest.raises(PlatformUnavailable) as refused:
        ask(world)
    assert (refused.value.code, refused.value.retry_after) == ("force_budget", timedelta(seconds=30))


def test_a_fetch_that_fails_fails_everybody_for_a_moment_and_is_not_repeated_by_each(world):
    world.platform.credentials.secret = "another"
    for _ in range(5):
        with pytest.raises(PlatformRefused) as refused:
            ask(world, world.worker())
        assert refused.value.errcode == 40001
    assert world.tokens._leases == {}
    assert world.paths() == ["stable_token"]
    world.platform.credentials.secret = world.platform.secret
    world.clock.advance(seconds=2)
    assert ask(world)


def test_a_failure_noted_by_a_clock_that_was_wrong_holds_nobody_up(world):
    world.platform.credentials.secret = "another"
    with pytest.raises(PlatformRefused):
        ask(world)
    world.clock.advance(hours=-5)  # the machine's clock is put right
    world.platform.credentials.secret = world.platform.secret
    assert ask(world)


def test_a_budget_noted_by_a_clock_that_was_wrong_holds_nobody_up(world):
    ask(world)
    world.platform.credentials.revoke(but_hand_it_out_again=True)
    assert ask(world)
    world.clock.advance(hours=-1)
    world.platform.credentials.revoke(but_hand_it_out_again=True)
    world.platform.credentials._forced.clear()  # the platform has a clock of its own
    assert ask(world)
    assert world.platform.credentials.fetches.count(("stable", True)) == 2


@pytest.mark.parametrize("expires_in", [10**10, 10**15, 10**30])
def test_a_life_beyond_all_calendars_is_cut_short(expires_in):
    reply = HttpResponse(status=200, body=b'{"access_token":"A","expires_in":%d}' % expires_in)
    app = World().worker(transport=Replies(reply))
    assert app.access_token() == "A"


class Replies:
    """A transport that always answers the same."""

    def __init__(self, reply):
        self.reply = reply

    def send(self, request):
        return self.reply


def test_a_platform_that_cannot_be_reached_is_noted_as_well(world):
    class Dead:
        calls = 0

        def send(self, request):
            self.calls += 1
            raise RemoteError("no connection", code="unreachable")

    dead = Dead()
    app = world.worker(transport=dead)
    codes = []
    for _ in range(3):
        with pytest.raises(RemoteError) as failed:
            ask(world, app)
        codes.append(failed.value.code)
    assert codes == ["unreachable", "token_unavailable", "token_unavailable"]
    assert dead.calls == 2  # one and the one repetition


def test_a_silent_token_server_is_no_unknown_outcome(world):
    class Silent:
        def send(self, request):
            raise OutcomeUnknown("no answer", code="no_answer")

    with pytest.raises(RemoteError):
        ask(world, world.worker(transport=Silent()))


def test_a_forced_fetch_without_an_answer_leaves_no_doubt_about_the_call(world):
    """Nothing was sent with a token, so nothing can have been done."""
    ask(world)
    world.platform.credentials.revoke(but_hand_it_out_again=True)
    serve = world.platform.serve

    def silent(method, url, body):
        reply = serve(method, url, body)
        return None if b'"force_refresh":true' in body else reply

    world.platform.serve = silent
    with pytest.raises(RemoteError) as failed:
        ask(world)
    assert failed.value.code == "token_unavailable"
    assert world.paths().count("stable_token") == 3  # by force it was asked once
    world.clock.advance(seconds=2)
    assert ask(world)  # the old token is over, and the ordinary fetch gives the new one


def test_a_used_up_quota_of_tokens_comes_back_at_midnight(world):
    world.platform.credentials.force_per_day = 0
    ask(world)
    world.platform.credentials.revoke(but_hand_it_out_again=True)
    with pytest.raises(PlatformUnavailable) as refused:
        ask(world)
    assert (refused.value.errcode, refused.value.retry_after) == (45009, timedelta(hours=12))


def test_who_gets_the_lease_looks_once_more(world):
    """Between the look and the lease somebody has fetched, stored and unlocked."""
    inner = world.tokens.try_lock

    def late(key, owner, now, until):
        world.tokens.set_token(KEY, StoredToken("THEIRS", world.clock() + timedelta(hours=1), 1))
        return inner(key, owner, now, until)

    world.tokens.try_lock = late
    assert world.app.access_token() == "THEIRS"
    assert world.platform.token_fetches == 0
    assert world.tokens._leases == {}


def test_a_holder_who_died_holds_the_others_up_for_its_lease(world):
    now = world.clock()
    assert world.tokens.try_lock(KEY, "dead", now, now + timedelta(seconds=10))
    assert ask(world)
    assert timedelta(seconds=10) <= world.clock() - now < timedelta(seconds=11)


def test_a_holder_who_never_ends_is_not_waited_for_for_ever(world):
    now = world.clock()
    world.tokens.try_lock(KEY, "stuck", now, now + timedelta(days=1))
    with pytest.raises(RemoteError) as failed:
        ask(world)
    assert failed.value.code == "token_unavailable"
    assert failed.value.retryable


@pytest.mark.parametrize(
    "answer",
    [b"{}", b'{"access_token":"","expires_in":7200}', b'{"access_token":7,"expires_in":7200}', b"[]", b"<html>"],
)
def test_an_answer_without_a_token_is_theirs(world, answer):
    from minishop.flows import HttpResponse

    class Odd:
        def send(self, request):
            return HttpResponse(status=200, body=answer)

    with pytest.raises(RemoteError):
        ask(world, world.worker(transport=Odd()))
    assert world.tokens.get_token(KEY) is None


def test_a_lease_that_ran_out_during_the_fetch_does_no_harm(world):
    """Somebody else has stored a token while ours was fetched: theirs is used."""
    inner = world.platform.serve

    def slow(method, url, body):
        reply = inner(method, url, body)
        if "stable_token" in url and world.tokens.get_token(KEY) is None:
            world.tokens.set_token(KEY, StoredToken("THEIRS", world.clock() + timedelta(hours=1), 1))
        return reply

    world.platform.serve = slow
    assert world.app.access_token() == "THEIRS"


def test_errors_of_the_token_are_all_ours(world):
    world.platform.credentials.appid = "another"
    with pytest.raises(MinishopError) as refused:
        ask(world)
    assert refused.value.code == "invalid_appid"
