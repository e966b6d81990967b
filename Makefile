# The one place that knows how apical is installed, shown and tested.
python := .venv/bin/python
pip := $(python) -m pip --disable-pip-version-check --quiet
train := .venv/bin/apical train --protocol short --mice 4 --record imaging --overwrite

.PHONY: help demo quick test lint clean cuda nest .venv

help:
	@echo "make demo    train four mice with and without NDNF interneurons switched on (minutes)"
	@echo "make quick   the tests that neither compile nor simulate a network (less than a minute)"
	@echo "make test    lint, then the test suite"
	@echo "make lint    ruff (rules and format) and mypy (types)"
	@echo "make .venv   install the locked dependencies and apical into .venv"
	@echo "make cuda    also install the CUDA compiler from PyPI (0.5 GB); the tests use it"
	@echo "make nest    also install NEST from PyPI; the tests use it"
	@echo "make clean   remove .venv and caches; results stay"

demo: .venv
	$(train) --condition control --out results/demo-control
	$(train) --condition ndnf_opto --out results/demo-ndnf_opto
	.venv/bin/apical compare results/demo-control results/demo-ndnf_opto --out results/demo.png --overwrite
	@echo
	@echo "results/demo.png                   mice that learn, and the same mice with NDNF interneurons switched on"
	@echo "results/demo-control/figures/      more of the former; results/demo-ndnf_opto/figures/ of the latter"
	@echo "Next: apical analyse results/demo-control; apical report results/demo-control"

quick: .venv
	$(python) -m pytest -q --quick

test: lint cuda nest
	$(python) -m pytest -q

lint: .venv
	$(python) -m ruff check .
	$(python) -m ruff format --check .
	$(python) -m mypy

.venv: .venv/installed

cuda: .venv/cuda-installed

.venv/cuda-installed: .venv/installed requirements-cuda.lock
	@echo "Installing the CUDA compiler into .venv (once) ..."
	@$(pip) install --no-deps -r requirements-cuda.lock
	@touch $@

nest: .venv/nest-installed

.venv/nest-installed: .venv/installed requirements-nest.lock
	@$(pip) install --no-deps -r requirements-nest.lock
	@touch $@

# The stamp goes first and comes back last: only a .venv that was once whole is updated in place.
.venv/installed: requirements.lock pyproject.toml
	@g++ --version >/dev/null 2>&1 || { echo "apical: g++ is missing, and Brian2 compiles its networks with it: install it (Debian, Ubuntu: sudo apt-get install g++; macOS: xcode-select --install)." >&2; exit 1; }
	@test -f $@ && $(python) -c 'import sys; sys.exit(not (3, 12) <= sys.version_info < (3, 14))' 2>/dev/null || { found=$$(sh scripts/find-python.sh) && "$$found" -m venv --clear .venv; }
	@rm -f $@
	@echo "Installing apical into .venv (a minute or two, once) ..."
	@$(pip) install --no-deps -r requirements.lock
	@$(pip) install --no-deps --no-build-isolation -e .
	@$(pip) check
	@touch $@

clean:
	rm -rf .venv .pytest_cache .ruff_cache build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
