"""What the pages name is there: files in backticks, and what links point to."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")), ROOT / "results" / "README.md"]

#: A path with a folder, and a file of a kind that the repository keeps.
IN_BACKTICKS = re.compile(r"`([\w.-]+(?:/[\w.-]+)+\.(?:py|md|h|nestml|toml|sh|png))`")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)[^)]*\)")


def written_by_runs(name):
    """Files that commands write are not part of the repository."""
    return name.startswith(("results/", "figures/")) and name != "results/README.md"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_a_page_names_exist(page):
    text = page.read_text()
    named = {name for name in IN_BACKTICKS.findall(text) if not written_by_runs(name)}
    lost = {name for name in named if not any((folder / name).exists() for folder in (ROOT, page.parent))}
    lost |= {target for target in LINK.findall(text) if not (page.parent / target).exists()}
    assert not lost


def test_the_architecture_answers_twenty_questions_with_places():
    rows = re.findall(r"^\| (\d+) \| .+\? \| (.+) \|$", (ROOT / "docs" / "architecture.md").read_text(), re.M)
    assert [int(number) for number, _ in rows] == list(range(1, 21))
    assert all(IN_BACKTICKS.search(place) for _, place in rows)


def test_folders_of_the_readme_exist():
    folders = re.findall(r"^\| `(\w+)/` \|", (ROOT / "README.md").read_text(), re.M)
    assert len(folders) >= 8
    assert [folder for folder in folders if not (ROOT / folder).is_dir()] == []
