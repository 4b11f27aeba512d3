"""Both languages know every code, with the same parameters."""

import string

import pytest

from minishop.errors import InvalidInput
from minishop.messages import Catalogue, catalogue, languages

REASONS = {
    "not_started": {"starts_at": "2026-06-01T00:00:00+08:00"},
    "expired": {"ends_at": "2026-06-19T00:00:00+08:00"},
    "wrong_audience": {},
    "wrong_channel": {},
    "no_line_in_scope": {},
    "below_amount": {"missing": 18620},
    "below_quantity": {"missing": 2},
    "excluded_by": {"rule": "618"},
    "group_full": {"rule": "618"},
    "not_held": {},
    "coupon_expired": {"ended_at": "2026-06-19T00:00:00+08:00"},
    "would_cost_more": {"by": 150},
    "limit_reached": {},
    "saves_nothing": {},
    "activity_line": {},
}


def places(template):
    return sorted((name, spec) for _, name, spec, _ in string.Formatter().parse(template) if name)


def test_the_languages_are_complete_against_each_other():
    english, chinese = (catalogue(language).texts for language in languages())
    assert english.keys() == chinese.keys()
    for code in english:
        assert places(english[code]) == places(chinese[code]), code


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("code", REASONS)
def test_every_reason_has_a_text_with_all_its_numbers(language, code):
    template = catalogue(language).texts[code]
    assert {name for name, _ in places(template)} == REASONS[code].keys()
    text = catalogue(language).text(code, REASONS[code])
    assert "{" not in text
    assert text


def test_money_and_times_are_printed_for_people():
    english, chinese = catalogue("en"), catalogue("zh-CN")
    assert english.text("below_amount", REASONS["below_amount"]) == "186.20 short of its threshold"
    assert chinese.text("below_amount", REASONS["below_amount"]) == "还差 186.20 元"
    assert english.text("expired", REASONS["expired"]) == "ended at 2026-06-19 00:00 +08:00"
    assert english.text("would_cost_more", {"by": 150}) == "would cost 1.50 more"


def test_a_code_of_the_apps_own_is_shown_as_it_is_or_as_the_app_says():
    english = catalogue("en")
    assert english.text("not_weekday", {"day": 7}) == "not_weekday day=7"
    own = english.with_texts({"not_weekday": "not on day {day}"})
    assert own.text("not_weekday", {"day": 7}) == "not on day 7"
    assert english.text("not_weekday", {"day": 7}) == "not_weekday day=7"


def test_a_missing_parameter_does_not_hide_the_text():
    assert catalogue("en").text("below_amount", {}) == "{missing:yuan} short of its threshold"


def test_a_language_can_be_added():
    german = catalogue("en").with_texts({"goods": "Waren"}, language="de")
    assert isinstance(german, Catalogue)
    assert (german.language, german.text("goods"), german.text("freight")) == ("de", "Waren", "Freight")


def test_an_unknown_language_is_refused():
    with pytest.raises(InvalidInput) as error:
        catalogue("xx")
    assert error.value.code == "unknown_language"
