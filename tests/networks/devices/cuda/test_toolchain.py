"""Which CUDA compiler is taken, and that an incomplete one is named with its mend. No compiler runs."""

import pytest

from apical.networks.devices.cuda.toolchain import PACKAGES, packaged_folder, toolchain
from apical.networks.errors import UserError


@pytest.fixture
def install(tools, stub):
    """Install a compiler that only tells its version: (folder, version, whether it has cuRAND, folder of libraries)."""

    def nvcc(folder, version="13.0.88", curand=True, libraries="/nowhere"):
        stub(
            folder / "nvcc",
            f"""case "$1" in
            --version) echo "Cuda compilation tools, V{version}";;
            -dryrun) echo '#$ LIBRARIES=  "-L{libraries}/stubs" "-L{libraries}"' >&2;;
            *) exit {int(not curand)};;
            esac""",
        )
        return folder / "nvcc"

    return nvcc


@pytest.fixture
def packages(install):
    """Install all packages from PyPI but those named; returns the path of their cuRAND."""

    def add(*without, version="13.0.88"):
        folder = packaged_folder()
        files = [file for package, file in PACKAGES.items() if package not in without]
        if "nvidia-curand" not in without:
            files.append("lib/libcurand.so.10")
        for path in (folder / file for file in files):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        if "nvidia-cuda-nvcc" not in without:
            install(folder / "bin", version)
        return folder / "lib" / "libcurand.so.10"

    return add


def test_cuda_path_wins_over_the_packages_and_these_over_the_path(tools, install, packages, tmp_path, monkeypatch):
    on_path = install(tools, "12.4.131")
    assert (toolchain().nvcc, toolchain().version, toolchain().curand) == (on_path, "12.4.131", None)
    curand = packages()
    assert toolchain().nvcc == packaged_folder() / "bin" / "nvcc"
    assert (toolchain().include, toolchain().curand) == ((packaged_folder() / "include",), curand)
    monkeypatch.setenv("CUDA_PATH", str(tmp_path / "cuda"))
    assert toolchain().version == "13.0.88", "an empty CUDA_PATH is passed over"
    chosen = install(tmp_path / "cuda" / "bin", "12.8.93")
    assert (toolchain().nvcc, toolchain().include) == (chosen, ())


def test_the_makefile_gets_compiler_headers_and_library(packages):
    curand = packages()
    variables = dict(variable.split("=", 1) for variable in toolchain().make_variables())
    assert variables["NVCC"] == str(packaged_folder() / "bin" / "nvcc")
    assert variables["INCLUDE"] == f"-I{packaged_folder() / 'include'}"
    assert str(curand) in variables["LIBRARIES"]
    assert f"'-rpath=$$ORIGIN:{curand.parent}'" in variables["LIBRARIES"], "beside the program first"


def test_curand_of_a_system_is_found_where_its_compiler_links(tools, install, tmp_path):
    library = tmp_path / "cuda" / "lib" / "libcurand.so.10"
    library.parent.mkdir(parents=True)
    for path in (library, library.with_name("libcurand.so.10.4.0.35"), library.with_name("libcurand.so")):
        path.touch()
    install(tools, libraries=library.parent)
    assert (toolchain().curand, toolchain().include) == (library, ())


def test_a_system_without_curand_takes_that_of_the_packages_of_its_cuda(tools, install, packages):
    curand = packages("nvidia-cuda-nvcc")
    nvcc = install(tools, "13.1.5", curand=False)
    assert (toolchain().nvcc, toolchain().curand) == (nvcc, curand)
    install(tools, "12.4.131", curand=False)
    with pytest.raises(UserError, match=r"nvcc \(12\.4\.131\) comes without cuRAND.*pip install"):
        toolchain()


@pytest.mark.parametrize("package", PACKAGES)
def test_a_missing_package_is_named_with_the_mend(package, packages):
    packages(package)
    with pytest.raises(UserError, match=rf"comes without {package}; pip install \"apical\[cuda\]\""):
        toolchain()


def test_no_compiler_is_named_with_the_mend(tools, stub):
    with pytest.raises(UserError, match=r"no CUDA compiler \(nvcc\) found; pip install"):
        toolchain()
    stub(tools / "nvcc", "exit 1")
    with pytest.raises(UserError, match="no CUDA compiler"):
        toolchain()
    (tools / "g++").unlink()
    with pytest.raises(UserError, match=r"g\+\+ is missing: install it"):
        toolchain()


def test_programs_of_another_compiler_or_library_are_not_taken_from_the_cache(tools, install, packages):
    packages()
    first = toolchain().identity()
    packages(version="13.0.99")
    assert toolchain().identity() != first
    packages()
    assert toolchain().identity() == first
    (packaged_folder() / "bin" / "nvcc").unlink()
    install(tools)
    assert toolchain().identity() != first, "of the same version, linked to another cuRAND"
