"""What the cache holds, and that pruning leaves alone what runs, what is new, and all that is not of the cache."""

import json
import os
import time

import pytest

from apical.networks.devices.cache import cache_folder, entries, hold

DAY = 86400


class Owner:
    """Something that lives as long as a program is used."""


@pytest.fixture
def cached(tmp_path, monkeypatch):
    """Put a program into the cache that was used some days ago: (name, days) to its folder."""
    monkeypatch.setenv("APICAL_CACHE", str(tmp_path / "cache"))

    def put(name, days=0.0, size=1000):
        folder = cache_folder() / "programs" / name
        folder.mkdir(parents=True)
        (folder / "main").write_bytes(bytes(size))
        structure = {"mice": 4, "cells": 80}
        described = {"kind": "Structure", "structure": structure, "target": {"device": "cpp_standalone"}}
        (folder / "description.json").write_text(json.dumps(described))
        os.utime(folder, times=(time.time() - days * DAY,) * 2)
        return folder

    return put


def test_programs_are_shown_with_size_and_last_use(apical, cached):
    cached("old", days=3.2, size=2_000_000), cached("new")
    code, text, _ = apical("cache")
    assert code == 0
    assert "Structure, 4 mice, 80 cells, cpp_standalone" in text
    assert "3 days ago" in text and "2.0 MB" in text
    assert f"{cache_folder()}: 2 entries, 2.0 MB" in text
    assert [entry.folder.name for entry in entries()] == ["new", "old"]


def test_pruning_removes_what_was_not_used_for_long(apical, cached):
    old, new = cached("old", days=31), cached("new", days=29)
    assert apical("cache", "--prune")[1].startswith("1 entries removed")
    assert not old.exists() and new.exists()
    apical("cache", "--prune", "--older-than", 0)
    assert not new.exists()


def test_what_is_used_stays_and_counts_as_new(apical, cached):
    folder, owner = cached("old", days=100), Owner()
    hold(folder, owner)
    assert time.time() - entries()[0].used < 60
    assert "1 in use stay" in apical("cache", "--prune", "--older-than", 0)[1]
    assert folder.exists()
    del owner
    apical("cache", "--prune", "--older-than", 0)
    assert not folder.exists()


def test_a_folder_that_is_renamed_when_it_is_built_is_still_held(apical, cached):
    folder, owner = cached("building-1"), Owner()
    hold(folder, owner)
    built = folder.rename(folder.with_name("0123"))
    apical("cache", "--prune", "--older-than", 0)
    assert built.exists()


def test_links_and_what_lies_beside_the_cache_are_left_alone(apical, cached, tmp_path):
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "data").write_text("of the user")
    cached("old", days=100)
    (cache_folder() / "programs" / "link").symlink_to(victim)
    (cache_folder() / "notes").write_text("of the user")
    apical("cache", "--prune", "--older-than", 0)
    assert (victim / "data").exists() and (cache_folder() / "notes").exists()


def test_an_empty_cache_is_said_to_be_empty(apical, tmp_path, monkeypatch):
    monkeypatch.setenv("APICAL_CACHE", str(tmp_path / "none"))
    assert apical("cache")[1].endswith("0 entries, 0 bytes")
    assert not (tmp_path / "none").exists()
