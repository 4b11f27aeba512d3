# Needs Python 3.11 or later with pip, and make. Everything is installed into a virtual environment of its own.
#
#   make demo        install the package, price example carts, and run an order through its life
#   make test        install the test tools and run every check
#   make test-long   the checks that take longer than `make test` may
#   make docs        the documentation, in docs/_build/html
#   make bench       the benchmarks
#   make clean       remove what these targets made
#
#   make test PYTHON=python3.13 VENV=.venv313     another interpreter, in an environment of its own

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
JOBS ?= auto

MADE := $(VENV)/.made-by-make
CREATED := $(VENV)/.created
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test test-long lint types imports unit oracle docs bench clean

help:
	@sed -n 's/^#   //p' Makefile

# --- environment -----------------------------------------------------------------------------------------------

# The mark is set first: an environment that was left half-made is ours to finish, one without it is not ours.
$(MADE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "minishop needs Python 3.11 or later: make PYTHON=python3.11" >&2; exit 1; }
	@test ! -e $(VENV) || \
	  { echo "$(VENV) exists and was not made by this Makefile: make VENV=.venv-minishop" >&2; exit 1; }
	@mkdir -p $(VENV)
	@touch $@

# Some distributions ship venv without ensurepip; then the pip that is there puts one into the environment.
$(CREATED): | $(MADE)
	@echo "== environment: $(VENV)"
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || { $(PYTHON) -m venv --without-pip $(VENV) && \
	  $(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check --quiet install pip; }
	@touch $@

$(INSTALLED): pyproject.toml | $(CREATED)
	@echo "== install: minishop"
	@$(PIP) install --editable .
	@touch $@

$(INSTALLED_DEV): pyproject.toml | $(CREATED)
	@echo "== install: minishop[dev]"
	@$(PIP) install --editable '.[dev]'
	@touch $(INSTALLED) $@

# --- the two commands ------------------------------------------------------------------------------------------

demo: $(INSTALLED)
	@$(BIN)/python -m minishop demo
	@echo
	@echo "══ An order, from the cart to the refund"
	@$(BIN)/python docs/examples/order-life/order_life.py
	@echo
	@echo "══ An order whose parcel is followed, to the settlement"
	@$(BIN)/python docs/examples/order-with-parcels/order_with_parcels.py

test: lint types imports unit oracle docs
	@echo "== all checks passed"

# --- their parts -----------------------------------------------------------------------------------------------

lint: $(INSTALLED_DEV)
	@echo "== ruff"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(INSTALLED_DEV)
	@echo "== mypy"
	@$(BIN)/mypy

imports: $(INSTALLED_DEV)
	@echo "== import-linter"
	@$(BIN)/lint-imports

unit: $(INSTALLED_DEV)
	@echo "== pytest on all cores, with branch coverage"
	@$(BIN)/python -m pytest --quiet tests -m "not oracle and not long" --numprocesses $(JOBS) --dist loadgroup \
	  --cov --cov-branch --cov-report= --cov-fail-under=0
	@echo "== pytest: the examples of the documentation, one page after another"
	@$(BIN)/python -m pytest --quiet docs src README.md README.zh-CN.md \
	  --cov --cov-branch --cov-append --cov-report=term

oracle: $(INSTALLED_DEV)
	@echo "== pytest, oracles on all cores"
	@$(BIN)/python -m pytest --quiet -m "oracle and not long" --numprocesses $(JOBS) --dist loadgroup

docs: $(INSTALLED_DEV)
	@echo "== sphinx"
	@$(BIN)/python -m sphinx -W --keep-going --quiet -b html docs docs/_build/html

test-long: $(INSTALLED_DEV)
	@echo "== pytest, beyond the budget"
	@$(BIN)/python -m pytest --quiet -m long --numprocesses $(JOBS) --dist loadgroup

bench: $(INSTALLED_DEV)
	@$(BIN)/python benchmarks/run.py

clean:
	@if [ -e $(MADE) ]; then rm -rf $(VENV); fi
	rm -rf build dist docs/_build htmlcov .coverage .coverage.* .hypothesis .import_linter_cache
	rm -rf .mypy_cache .pytest_cache .ruff_cache
	find src tests typing_tests benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} +
