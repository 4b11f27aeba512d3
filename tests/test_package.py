"""The package as its users meet it: the façade, what an import costs, the wheel, the command."""

import ast
import runpy
import subprocess
import sys
import types
import zipfile
from importlib import import_module, metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import minishop

ROOT = Path(__file__).parents[1]


def test_what_is_exported_is_what_is_visible():
    assert minishop.__all__ == [name for name in dir(minishop) if not name.startswith("_")]
    assert minishop.__all__ == sorted(minishop.__all__)


@pytest.mark.parametrize("name", minishop.__all__)
def test_every_exported_name_is_the_one_of_its_home(name):
    home = import_module(minishop._HOMES[name])
    assert getattr(minishop, name) is getattr(home, name)
    assert name in home.__all__


def test_the_imports_for_type_checkers_agree_with_the_table():
    tree = ast.parse(Path(minishop.__file__).read_text(encoding="utf-8"))
    seen: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for line in node.body:
                assert isinstance(line, ast.ImportFrom)
                seen |= {alias.name: line.module or "" for alias in line.names}
    assert seen == minishop._HOMES
    assert sorted(seen) == minishop.__all__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Egnine'"):
        minishop.Egnine  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize("statement", ["import minishop", "import minishop; minishop.parse_yuan, minishop.CallerError"])
def test_an_import_stays_light(statement):
    heavy = {"asyncio", "cryptography", "httpx", "socket", "sqlite3"}
    code = f"import sys; before = set(sys.modules); {statement}; print(*set(sys.modules) - before)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert "minishop" in loaded
    assert not loaded & heavy


def test_the_module_runs_the_command_line(monkeypatch):
    stub = types.ModuleType("minishop.cli")
    stub.main = lambda: 7  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "minishop.cli", stub)
    with pytest.raises(SystemExit) as left:
        runpy.run_module("minishop", run_name="__main__")
    assert left.value.code == 7


# --- the wheel ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel of this tree, built by the build backend that is installed here: no network."""
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (built,) = out.glob("*.whl")
    return built


def declared(distribution):
    """The names of what a distribution needs without any extra."""
    requirements = [Requirement(text) for text in distribution.requires or ()]
    return [r.name for r in requirements if r.marker is None or r.marker.evaluate({"extra": ""})]


def needed_for(names):
    """These distributions and everything they declare in turn, as installed here."""
    found, todo = {}, list(names)
    while todo:
        distribution = metadata.distribution(todo.pop())
        if distribution.name not in found:
            found[distribution.name] = distribution
            todo += declared(distribution)
    return found.values()


def test_the_wheel_is_typed_licensed_and_complete(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert "minishop/py.typed" in names
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    source = ROOT / "src"
    shipped = [path for path in source.rglob("*") if path.is_file() and path.suffix not in (".pyc", ".pyo")]
    assert {str(path.relative_to(source)) for path in shipped} <= names
    assert not [name for name in names if name.startswith(("tests", "docs", "benchmarks"))]


def test_the_wheel_works_with_nothing_but_what_it_declares(wheel, tmp_path):
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    python = venv / "bin" / "python"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "--python",
            str(python),
            "install",
            "--no-deps",
            "--no-index",
            str(wheel),
        ],
        check=True,
        capture_output=True,
    )
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(subprocess.run([python, "-c", ask], check=True, capture_output=True, text=True).stdout.strip())
    (installed,) = metadata.distributions(name="minishop", path=[str(site)])
    for distribution in needed_for(declared(installed)):
        for top in {file.parts[0] for file in distribution.files or () if file.parts[0] not in ("..", "__pycache__")}:
            (site / top).symlink_to(Path(str(distribution.locate_file(top))))
    code = "import minishop; [getattr(minishop, name) for name in minishop.__all__]; print(minishop.__version__)"
    run = subprocess.run([python, "-I", "-c", code], check=False, capture_output=True, text=True)
    assert run.stderr == ""
    assert run.stdout.strip() == minishop.__version__ == installed.version
