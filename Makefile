# Each target first installs what it needs. Stamp files in .venv make the second time fast.
#   make install   .venv, dependencies, generated client
#   make run       Kraken's demo, on a local server unless DATABASE_URL is set
#   make test      the tests
#   make test-python   the tests of behaviour on a server, without the accelerator
#   make bench     the tables of docs/performance.md, for a quiet machine; BENCH=--quick: fewer rounds
#   make check     what CI runs: formatter, linter, strict type checker, tests
#   make fuzz      bad input, 100,000 cases; make failover, soak, processes, network, sharding: see docs/reliability.md
#   make fuzz-native   the accelerator under gcc's sanitizers, and its memory over many rows
#   make lock      write requirements.lock, and that of the image, again from pyproject.toml; make audit: known weaknesses

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEPENDENCIES := $(VENV)/.dependencies
CLIENT := $(VENV)/.client
TOOLS := $(VENV)/tools
EXTRAS := bench dev embedded factories opentelemetry
ONE := $(BIN)/python -m pytest --capture no -p no:randomly

# Two makes in one clone must not install at the same time. The lock is on this file, so nothing is left behind.
LOCKED := $(if $(shell command -v flock),flock Makefile)

CASES ?= 100000
KILLS ?= 10
WRITES ?= 10000
SECONDS ?= 600
PROCESSES ?= 8
NATIVE_SECONDS ?= 60
NATIVE_ROWS ?= 1000000
SUBSCRIBERS ?= 10000

.PHONY: install dependencies run bench test test-python check fuzz fuzz-native failover soak processes network sharding lock audit format clean

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

test-python: install
	PRISMONGO_NATIVE=0 $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 -k mongo tests/behaviour

check: install
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	@$(MAKE) --no-print-directory test
	@$(MAKE) --no-print-directory test-python

fuzz: install
	FUZZ_CASES=$(CASES) $(ONE) tests/reliability/test_fuzz.py

# Odd documents against the Python path, mutated replies, both under ASan and UBSan; then leaks.
fuzz-native: install
	$(BIN)/python -m tests.native.sanitized $(NATIVE_SECONDS) $(NATIVE_ROWS)

failover: install
	FAILOVER_KILLS=$(KILLS) FAILOVER_WRITES=$(WRITES) $(ONE) tests/reliability/test_failover.py

soak: install
	SOAK_SECONDS=$(SECONDS) $(ONE) tests/reliability/test_soak.py

processes: install
	PROCESSES=$(PROCESSES) PROCESSES_TASKS=64 PROCESSES_ROUNDS=5 PROCESSES_TURNS=4 \
		PROCESSES_SUBSCRIBERS=$(SUBSCRIBERS) $(ONE) tests/reliability/test_processes.py

network: install
	NETWORK_SECONDS=$(SECONDS) $(ONE) tests/reliability/test_network.py

# The tests of behaviour on collections that have shard keys.
sharding: install
	SHARDING=all $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 tests/sharding

# Every version and every hash, for all Pythons and systems that the project supports.
lock: $(TOOLS)/.uv
	$(TOOLS)/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate $(EXTRAS:%=--extra %) --group kraken --output-file requirements.lock pyproject.toml
	$(TOOLS)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --group kraken --group image --constraint requirements.lock \
		--output-file docs/deploy/requirements.lock pyproject.toml

# --strict: what cannot be looked up is a failure, not a pass.
audit: $(TOOLS)/.pip-audit
	@$(TOOLS)/bin/pip-audit --strict --disable-pip --require-hashes --requirement requirements.lock \
		|| { echo "Not clean: a weakness is named above, or its data could not be reached."; exit 1; }

$(TOOLS)/.%:
	@test -x $(TOOLS)/bin/python || $(PYTHON) -m venv $(TOOLS)
	@$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check $*
	@touch $@

format: dependencies
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

# With uv if it is installed, else with venv and pip. The project itself is built by the setuptools of the
# lock file, so that pip downloads nothing without a hash.
$(DEPENDENCIES): pyproject.toml requirements.lock $(wildcard prismongo/native/*.[ch])
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; set PYTHON=..." if sys.version_info < (3, 11) else 0)'
	@set -e; if command -v uv >/dev/null; then \
		test -x $(BIN)/python || uv venv --python $(PYTHON) $(VENV); \
		uv pip install --quiet --python $(BIN)/python --require-hashes --requirement requirements.lock; \
		uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .; \
	else \
		test -x $(BIN)/python || $(PYTHON) -m venv $(VENV); \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .; \
	fi
	@touch $@

# The generated client lives in the environment's prisma package, made from these files.
$(CLIENT): $(DEPENDENCIES) schema.prisma $(wildcard prismongo/generator/*.py prismongo/schema/*.py prismongo/schema/*/*.py)
	$(BIN)/prismongo generate
	@touch $@
