import pytest

from apical.networks.errors import UserError
from apical.networks.nest.module import NestModule
from apical.networks.nest.toolchain import installed_nest


@pytest.fixture(scope="session")
def nest_module():
    """The compiled module. Where NEST or the compiler's libraries are missing, the test is skipped with the mend."""
    try:
        installed_nest()
    except UserError as error:
        pytest.skip(str(error))
    return NestModule()
