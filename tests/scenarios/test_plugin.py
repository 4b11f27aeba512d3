"""The pytest plugin: switched on by name only, one test per scenario, the difference instead of a traceback."""

from importlib.metadata import entry_points

import pytest

from minishop import Engine
from tests.scenarios.files import CART, GOOD, write

pytest_plugins = ["pytester"]

PLUGIN = "minishop.testing.pytest_plugin"
TWO = GOOD + GOOD[GOOD.index("[[scenario]]") :].replace("会员券", "another").replace('"106.00"', '"1.00"')


@pytest.fixture
def run(pytester):
    def run(*arguments):
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", *arguments)

    return run


def test_it_is_never_loaded_by_itself(pytester, run):
    write(pytester.path)
    assert run().ret == pytest.ExitCode.NO_TESTS_COLLECTED
    assert not [one for one in entry_points(group="pytest11") if one.value.startswith("minishop")]


def test_a_test_for_each_scenario(pytester, run):
    write(pytester.path, TWO)
    result = run("-p", PLUGIN)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*_ another _*",
            "✗ shop.scenario.toml: another",
            "  payable",
            "    expected  1.00",
            "    got       106.00",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")
    run("-p", PLUGIN, "-k", "会员券").assert_outcomes(passed=1, deselected=1)
    run("-p", PLUGIN, "shop.scenario.toml::another").assert_outcomes(failed=1)


@pytest.mark.parametrize("switch", ["conftest", "ini"])
def test_ways_to_switch_it_on(switch, pytester, run):
    write(pytester.path / "scenarios")
    if switch == "conftest":
        pytester.makeconftest(f"pytest_plugins = [{PLUGIN!r}]")
    else:
        pytester.makeini(f"[pytest]\naddopts = -p {PLUGIN}")
    run().assert_outcomes(passed=1)


def test_an_invalid_file(pytester, run):
    write(pytester.path, GOOD.replace('"106.00"', "106"))
    result = run("-p", PLUGIN)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["shop.scenario.toml:scenario[[]0].expect.payable: wrong_type: *"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_cart_that_does_not_fit_the_rules(pytester, run):
    cart = {**CART, "lines": [{**CART["lines"][1], "weight": None}]}
    write(pytester.path, GOOD, cart=cart)
    result = run("-p", PLUGIN)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["cart.json:lines[[]0].weight: missing_measure: *"])


def test_a_fault_of_ours_has_its_traceback(pytester, run, monkeypatch):
    def fail(engine, request):
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(Engine, "quote_request", fail)
    write(pytester.path)
    result = run("-p", PLUGIN)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*ZeroDivisionError: ours"])


def test_files_elsewhere(pytester, run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("elsewhere")
    path = write(folder, TWO)
    result = run("-p", PLUGIN, str(folder))
    result.stdout.fnmatch_lines([f"✗ {path}: another"])
