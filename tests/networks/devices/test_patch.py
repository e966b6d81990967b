import tomllib
from pathlib import Path

import pytest

from apical.networks.devices.patch import MADE_FOR, patch, patched


def test_what_matches_is_replaced_where_it_is_expected(tmp_path):
    path = tmp_path / "main.cpp"
    path.write_text("run(1.0);\nstop();\n")
    patch(path, r"run\(1\.0\)", "run(duration)")
    assert path.read_text() == "run(duration);\nstop();\n"
    assert patched("a b a", "a", "c", places=None) == "c b c"


@pytest.mark.parametrize(("text", "places"), [("a a", 1), ("b", 1), ("b", None)])
def test_a_source_of_another_version_is_refused_with_the_version_that_fits(text, places):
    with pytest.raises(ValueError, match=r"main is not as expected of brian2 2\.10\.1, brian2cuda 1\.0b1 \(installed"):
        patched(text, "a", "c", places, "main")


def test_patches_are_made_for_the_versions_that_are_required():
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]
    assert {f"{package}=={version}" for package, version in MADE_FOR.items()} <= set(project["dependencies"])
