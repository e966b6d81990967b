"""The house has floors: imports go down only, and no two folders import each other."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

#: From the top; folders of one floor may import each other, one way.
FLOORS = [
    ["scripts"],
    ["benchmarks"],
    ["analysis.report", "analysis.sweep", "analysis.physiology", "analysis.export"],
    ["analysis.figures"],
    ["analysis.statistics"],
    ["analysis.imaging"],
    ["networks.experiments", "networks.sweep", "networks.nest"],
    ["networks.training"],
    ["networks.devices"],
    ["networks.circuits"],
    ["networks.files", "networks.provenance", "networks.recorded"],
    ["networks.errors"],
    ["models"],
    ["equations"],
]


def modules():
    """Each module of the package by its name without ``apical.``."""
    tops = {floor.split(".")[0] for floors in FLOORS for floor in floors}
    for path in sorted(p for top in tops for p in (ROOT / top).rglob("*.py")):
        yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


def imported_by(path, known):
    """Modules of the package that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "apical":
            for alias in node.names:
                module, submodule = node.module, f"{node.module}.{alias.name}"
                yield (submodule if submodule.removeprefix("apical.") in known else module).removeprefix("apical.")
        elif isinstance(node, ast.Import):
            yield from (a.name.removeprefix("apical.") for a in node.names if a.name.startswith("apical."))


@pytest.fixture(scope="module")
def imports():
    """(importing, imported) module of each import within the package."""
    known = dict(modules())
    return {(name, other) for name, path in known.items() for other in imported_by(path, known) if other in known}


def floor_of(module):
    """How many floors lie above a module; of a package that holds floors, None."""
    places = [n for n, floors in enumerate(FLOORS) for f in floors if f"{module}.".startswith(f"{f}.")]
    return places[0] if places else None


def test_each_module_is_on_a_floor():
    lost = [name for name, _ in modules() if floor_of(name) is None]
    assert lost == ["analysis", "networks"], "packages that hold nothing but floors"


def test_imports_go_down(imports):
    up = [
        f"{name} imports {other}"
        for name, other in sorted(imports)
        if floor_of(other) is not None and floor_of(other) < floor_of(name)
    ]
    assert not up


@pytest.mark.parametrize("unit", ["modules", "folders"])
def test_nothing_imports_itself_by_way_of_others(imports, unit):
    """A folder below another counts as a part of it, except on the floors."""
    name_of = (lambda module: module) if unit == "modules" else folder_of
    graph = {}
    for name, other in imports:
        if name_of(name) != name_of(other):
            graph.setdefault(name_of(name), set()).add(name_of(other))
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"circle: {' -> '.join(error.args[1])}")


def folder_of(module):
    """The floor's folder that holds a module."""
    held = [floor for floors in FLOORS for floor in floors if f"{module}.".startswith(f"{floor}.")]
    return max(held, default=module, key=len)
