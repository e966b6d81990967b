"""What a user without NEST, or without what compiling for it takes, is told; nothing is compiled."""

import importlib.util

import pytest

from apical.networks.errors import UserError
from apical.networks.nest import module, toolchain


@pytest.fixture
def machine(tools, tmp_path, monkeypatch, stub):
    """A machine with all but NEST's wheel: its nest-config names a folder that is not here."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    monkeypatch.setattr(toolchain, "version", lambda name: "1.0")
    monkeypatch.setenv("APICAL_CACHE", str(tmp_path / "cache"))
    stub(tools / "cmake", "exit 0")
    config = tmp_path / "wheel" / "nest-config"
    stub(config, 'case "$1" in --prefix) echo /nowhere ;; --version) echo 3.10.0 ;; --libs) echo -lnowhere ;; esac')
    return config


def test_without_nest_the_mend_is_pip(machine, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "nest" else name)
    with pytest.raises(UserError, match=r'^NEST is not installed; pip install "apical\[nest\]"$'):
        toolchain.installed_nest(machine)


def test_the_command_says_it_in_one_line(machine, monkeypatch, apical):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    code, out, err = apical("nest", "build")
    assert code == 1 and not out
    assert err == 'apical: NESTML is not installed; pip install "apical[nest]"'


def test_without_cmake_the_mend_is_apt(machine, tools):
    (tools / "cmake").unlink()
    with pytest.raises(UserError, match=r"^cmake is missing; sudo apt-get install .*cmake"):
        toolchain.installed_nest(machine)


@pytest.mark.parametrize("package", toolchain.HEADERS)
def test_without_a_header_the_mend_is_its_package(package, machine, tools, stub):
    stub(tools / "g++", f'case "$*" in *{toolchain.HEADERS[package]}*) exit 1 ;; esac')
    with pytest.raises(UserError, match=rf"is missing \({package}\); sudo apt-get install .*{package}"):
        toolchain.installed_nest(machine)


def test_a_nest_config_that_does_not_run_is_named(machine, tmp_path):
    with pytest.raises(UserError, match=r"nothing does not run"):
        toolchain.installed_nest(tmp_path / "nothing")


def test_models_that_nestml_refuses_leave_nothing_behind(machine, tmp_path, monkeypatch):
    """NESTML prints errors and ends as if nothing had happened."""
    generator = tmp_path / "generate.py"
    generator.write_text("print('[7, pv_neuron, ERROR, [3:1]]: Variable not defined')")
    monkeypatch.setattr(module, "GENERATE", generator)
    monkeypatch.setattr(toolchain.Nest, "prefix", lambda self, folder: folder)
    with pytest.raises(UserError, match=r"could not be built: .*pv_neuron, ERROR.*not defined"):
        module.NestModule(machine)
    assert not any((tmp_path / "cache" / "nest").iterdir())


def test_a_model_that_changes_is_another_module(machine, tmp_path, monkeypatch):
    nest = toolchain.installed_nest(machine)
    before = module.module_folder(nest)
    assert module.module_folder(nest) == before
    changed = tmp_path / "models"
    changed.mkdir()
    for path in module.MODELS.glob("*.nestml"):
        (changed / path.name).write_text(path.read_text().replace("e_leak mV = -70 mV", "e_leak mV = -71 mV"))
    monkeypatch.setattr(module, "MODELS", changed)
    assert module.module_folder(nest) != before
