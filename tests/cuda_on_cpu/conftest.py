import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def execute():
    """The module ``execute.py`` of this folder."""
    spec = importlib.util.spec_from_file_location("cuda_on_cpu_execute", Path(__file__).with_name("execute.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
