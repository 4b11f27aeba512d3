"""What codes mean. The rows here are written from the providers' documents, not from the shipped table."""

import json
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minishop.logistics import Meaning, ShipmentStatus, StatusTable, status_table

S = ShipmentStatus
NAMES = list(json.loads(files("minishop.logistics").joinpath("data/statuses.json").read_text("utf-8"))["tables"])

#: canonical status (and substatus, where it matters) to the codes of each table
MAIN = [
    ("pending", "order_created", {"kuaidi100": "101", "jd_category": "100", "aftership_tag": "InfoReceived"}),
    ("pending", "awaiting_pickup", {"kuaidi100": "102", "kdniao_stateex": "10", "sf_first_status": "7"}),
    ("pending", "awaiting_pickup", {"sf_opcode": "655", "wechat_action_type": "100003", "jd_category": "390"}),
    ("pending", "no_info", {"kdniao_state": "0", "wechat_trace_status": "0", "17track_status": "NotFound"}),
    ("picked_up", None, {"kuaidi100": "1 103", "kdniao_stateex": "1", "sf_first_status": "1", "sf_opcode": "50 54"}),
    ("picked_up", None, {"wechat_trace_status": "1", "wechat_action_type": "100001", "jd_category": "420"}),
    ("in_transit", None, {"kuaidi100": "0 1002", "kdniao_state": "2", "sf_first_status": "2 10"}),
    ("in_transit", "transit", {"sf_opcode": "105 106 310", "wechat_action_type": "200001", "jd_category": "430"}),
    ("in_transit", None, {"kuaidi100": "1001", "kdniao_stateex": "201 204 205 206", "sf_opcode": "30 31 36"}),
    ("in_transit", "forwarded", {"kuaidi100": "7 1003", "kdniao_stateex": "5"}),
    ("in_transit", None, {"kuaidi100": "8 10 11 12", "kdniao_stateex": "6 601 602 603"}),
    ("out_for_delivery", None, {"kuaidi100": "5", "kdniao_stateex": "202 419", "sf_first_status": "3"}),
    ("out_for_delivery", None, {"sf_opcode": "44 204", "wechat_trace_status": "3", "jd_category": "440"}),
    ("ready_for_pickup", None, {"kuaidi100": "501", "kdniao_stateex": "211", "jd_state": "200051 200057"}),
    ("delivered", None, {"kuaidi100": "3 301", "kdniao_stateex": "3 301", "sf_first_status": "4", "sf_opcode": "80"}),
    ("delivered", None, {"wechat_trace_status": "4", "wechat_action_type": "300003", "jd_category": "510"}),
    ("delivered", "by_proxy", {"kuaidi100": "303", "kdniao_stateex": "304", "wechat_trace_status": "6"}),
    ("delivered", "via_locker_or_station", {"kuaidi100": "304", "kdniao_stateex": "311"}),
    ("delivered", "after_exception", {"kuaidi100": "302", "kdniao_stateex": "302"}),
    ("exception", "refused", {"kuaidi100": "203", "jd_category": "530", "17track_sub": "Exception_Rejected"}),
    ("exception", None, {"kuaidi100": "2 206 207", "kdniao_stateex": "416 420 421 423", "sf_opcode": "70"}),
    ("exception", None, {"kuaidi100": "201 202", "kdniao_stateex": "401 402 403 417", "wechat_action_type": "400002"}),
    ("exception", "pickup_overdue", {"kuaidi100": "205", "kdniao_stateex": "412"}),
    ("exception", "damaged", {"kuaidi100": "209", "kdniao_stateex": "414", "17track_sub": "Exception_Damage"}),
    ("exception", "customs_exception", {"kuaidi100": "13", "kdniao_stateex": "604"}),
    ("returning", None, {"kuaidi100": "6", "kdniao_stateex": "404 407", "easypost_status": "return_to_sender"}),
    ("returned", None, {"kuaidi100": "4 14", "kdniao_stateex": "406", "shippo_status": "RETURNED"}),
    ("cancelled", None, {"kuaidi100": "401 210", "kdniao_stateex": "415", "jd_category": "690"}),
    ("cancelled", None, {"wechat_action_type": "400001", "easypost_status": "cancelled"}),
    # the same word, or the same family, and another meaning
    ("ready_for_pickup", None, {"zto_scan": "ARRIVAL 44", "jt_scan": "6 7", "yunda_action": "INBOUND"}),
    ("in_transit", "arrived_facility", {"yto_status": "ARRIVAL", "yunda_action": "ARRIVAL"}),
    ("out_for_delivery", "redelivery", {"sto_scan": "快件取出", "yunda_action": "OUTBOUND", "jt_scan": "8 9"}),
    ("unknown", "note", {"sf_opcode": "8000"}),
]
ROWS = [
    pytest.param(table, code, status, sub, id=f"{table} {code}")
    for status, sub, codes in MAIN
    for table, words in codes.items()
    for code in words.split()
]


@pytest.mark.parametrize("table, code, status, substatus", ROWS)
def test_the_main_rows(table, code, status, substatus):
    found = status_table(table).read(code)
    assert found.status == status
    assert substatus in (None, found.substatus)


@pytest.mark.parametrize(
    "table, code, status",
    [
        ("kuaidi100", "1009", "in_transit"),  # a kind of 0, although it begins with a 1
        ("kuaidi100", "109", "picked_up"),
        ("kuaidi100", "599", "out_for_delivery"),
        ("kuaidi100", "399", "delivered"),
        ("kuaidi100", "19", "unknown"),  # two digits are no kind of one digit
        ("kuaidi100", "9", "unknown"),
        ("kuaidi100", "2001", "unknown"),
        ("kdniao_stateex", "299", "in_transit"),
        ("kdniao_stateex", "499", "exception"),
        ("kdniao_stateex", "999", "unknown"),
        ("17track_status", "InTransit_Other", "in_transit"),
        ("17track_status", "DeliveryFailure_NoBody_Home", "exception"),
        ("aftership_tag", "Delivered_005", "delivered"),
        ("sf_first_status", "5", "unknown"),
        ("sf_first_status", "6", "unknown"),
        ("sf_first_status", "11", "unknown"),
        ("sf_first_status", "13", "unknown"),
        ("sf_opcode", "160", "unknown"),  # delivered in a table that contradicts SF's real answers
        ("wechat_action_type", "300009", "unknown"),
    ],
)
def test_codes_of_tomorrow_have_the_meaning_of_their_family_or_none(table, code, status):
    assert status_table(table).read(code).status == status


@given(st.sampled_from(NAMES), st.lists(st.text(max_size=8), max_size=3))
def test_no_code_ever_raises(name, codes):
    assert isinstance(status_table(name).read(*codes), Meaning)


def test_the_finest_code_that_is_known_counts():
    own = StatusTable("own", {"A": Meaning(S.IN_TRANSIT, "a"), "B": Meaning(S.DELIVERED, "b")})
    assert own.read("?", "B").substatus == "b"
    assert own.read("A_1_2", "B").substatus == "a"
    assert own.read("", "").status is S.UNKNOWN
    assert own.read("_").status is S.UNKNOWN


def test_every_table_names_its_source():
    data = json.loads(files("minishop.logistics").joinpath("data/statuses.json").read_text("utf-8"))
    named = {name for key in data["sources"] for name in key.split(", ")}
    assert named == set(data["tables"])
