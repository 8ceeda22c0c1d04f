# Each target sets up what it needs; stamps in .venv make the second time quick.
#   make install   .venv, dependencies, generated client
#   make run       the main job, on an embedded server unless DATABASE_URL is set
#   make test      the tests
#   make bench     the figures of docs/performance.md, for a quiet machine; BENCH=--quick: fewer rounds
#   make check     what CI runs: formatter, linter, strict type checker, tests

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEPENDENCIES := $(VENV)/.dependencies
CLIENT := $(VENV)/.client

# Two makes in one clone must not set up at the same time. The lock is on this file: nothing to clean up.
LOCKED := $(if $(shell command -v flock),flock Makefile)

.PHONY: install dependencies run bench test check format clean

install:
	@$(LOCKED) $(MAKE) --silent --no-print-directory $(CLIENT)

dependencies:
	@$(LOCKED) $(MAKE) --silent --no-print-directory $(DEPENDENCIES)

run: install
	@DATABASE_EMBEDDED=$${DATABASE_EMBEDDED:-true} $(BIN)/python -m containers

bench: install
	$(BIN)/python -m benchmarks $(BENCH)

test: install
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4

check: install
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	@$(MAKE) --no-print-directory test

format: dependencies
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

# uv where it is found, else venv and pip alone.
$(DEPENDENCIES): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; set PYTHON=..." if sys.version_info < (3, 11) else 0)'
	@if command -v uv >/dev/null; then \
		test -x $(BIN)/python || uv venv --python $(PYTHON) $(VENV); \
		uv pip install --quiet --python $(BIN)/python --editable '.[dev,embedded,bench]'; \
	else \
		test -x $(BIN)/python || $(PYTHON) -m venv $(VENV); \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,embedded,bench]'; \
	fi
	@touch $@

# The generated client lives in the environment's prisma package, made from these files.
$(CLIENT): $(DEPENDENCIES) schema.prisma $(wildcard database/schema/*.py database/schema/*/*.py)
	$(BIN)/python -m database generate
	@touch $@
