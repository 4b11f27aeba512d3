"""Carriers in four namespaces, none of which is one-to-one with another."""

from importlib.resources import files

import pytest

from minishop.errors import InvalidInput
from minishop.logistics import Namespace, carrier_code, carriers, find_carriers, translate_carrier

N = Namespace


def ids(found):
    return [carrier.id for carrier in found]


def test_the_same_carrier_is_written_in_four_ways():
    assert [carrier_code("yunda", space) for space in N] == ["yunda", "YD", "YD", "YUNDA"]
    assert [carrier_code("best", space) for space in N] == ["huitongkuaidi", "HTKY", "HTKY", "BEST"]


@pytest.mark.parametrize(
    "code, space, expected",
    [
        ("EMS", N.KDNIAO, ["ems", "ems_intl"]),
        ("EMS", N.WECHAT, ["ems", "ems_intl"]),
        ("DNWL", N.KDNIAO, ["danniao"]),
        ("FEDEX", N.KDNIAO, ["fedex_cn"]),
        ("Fedex", N.KDNIAO, ["fedex"]),
        ("fedex", N.KDNIAO, []),
        ("FEDEX_GJ", N.KDNIAO, ["fedex"]),
        ("YuanTong", N.KUAIDI100, ["yto"]),
        ("YD", N.WECHAT_EXPRESS, []),
        ("YUNDA", N.WECHAT, []),
        ("nobody", N.KUAIDI100, []),
        ("", N.KUAIDI100, []),
    ],
)
def test_a_code_has_candidates_and_never_a_default(code, space, expected):
    assert ids(find_carriers(code, space)) == expected


def test_translating_gives_every_candidate():
    found = translate_carrier("EMS", N.KDNIAO, N.KUAIDI100)
    assert [(carrier.id, code.code) for carrier, code in found] == [("ems", "ems"), ("ems_intl", "emsguoji")]
    assert translate_carrier("nobody", N.KDNIAO, N.KUAIDI100) == ()


@pytest.mark.parametrize(
    "wrong",
    [  # rows that a public table has wrong
        ("youzhengguonei", "YZBK"),
        ("youzhengbk", "YZPY"),
        ("debangwuliu", "DBL"),
        ("annengwuliu", "ANE"),
        ("zhongtongkuaiyun", "ZTO"),
        ("dhl", "FEDEX"),
    ],
)
def test_known_mistakes_of_others_are_not_here(wrong):
    kuaidi100, kdniao = wrong
    assert kdniao not in [code.code for _, code in translate_carrier(kuaidi100, N.KUAIDI100, N.KDNIAO)]


def test_marks_of_doubt_are_kept():
    codes = carriers()
    assert not codes["jd_freight"].codes[N.KUAIDI100][0].is_sure
    assert not codes["sto"].codes[N.WECHAT_EXPRESS][0].is_sure
    assert codes["danniao"].codes[N.KDNIAO][0].is_shared
    assert codes["sf"].codes[N.KDNIAO][0].is_sure
    doubtful = [one for carrier in codes.values() for one in carrier.codes[N.WECHAT] if not one.is_sure]
    assert len(doubtful) == 35


def test_an_inferred_code_is_given_only_to_who_asks_for_it():
    with pytest.raises(InvalidInput) as refused:
        carrier_code("jd_freight", N.KUAIDI100)
    assert (refused.value.field, refused.value.code) == ("carrier", "no_carrier_code")
    assert carrier_code("jd_freight", N.KUAIDI100, allow_unsure=True) == "jingdongkuaiyun"


def test_freight_does_not_fall_back_to_parcels():
    with pytest.raises(InvalidInput) as refused:
        carrier_code("sf_freight", N.KDNIAO)
    assert refused.value.code == "no_carrier_code"
    with pytest.raises(InvalidInput) as refused:
        carrier_code("SF", N.KDNIAO)
    assert refused.value.code == "unknown_carrier"


def test_every_carrier_is_whole():
    assert len(carriers()) == 59
    for name, carrier in carriers().items():
        assert carrier.id == name
        assert carrier.name_zh
        assert carrier.name_en
        assert carrier.codes[N.KUAIDI100], name
        assert all(one.code == one.code.lower() for one in carrier.codes[N.KUAIDI100])
        assert all("?" not in one.code and "*" not in one.code for codes in carrier.codes.values() for one in codes)


def test_going_there_and_back_finds_the_carrier():
    for carrier in carriers().values():
        for space in N:
            for one in carrier.codes[space]:
                assert carrier in find_carriers(one.code, space)


def test_the_tables_name_their_sources():
    text = files("minishop.logistics").joinpath("data/SOURCES.md").read_text("utf-8")
    for name in ("carriers.csv", "numbers.csv", "statuses.json"):
        assert name in text
