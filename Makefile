# One command for each thing people do. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
PYTEST := $(BIN)/python -m pytest
export UV_NATIVE_TLS := 1
export PYTHONDONTWRITEBYTECODE :=  # tests start hundreds of processes: each would compile all modules anew

.PHONY: help setup demo test test-packages check walls fast-tests catalogue format lock chaos books oracle fuzz

help:  ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

setup: $(VENV)/ready  ## Make .venv with everything, from the lock

$(VENV)/ready: deploy/lock/dev.txt deploy/lock/uv.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "needs Python 3.11 or newer: make PYTHON=python3.12 …"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(UV) || $(BIN)/python -m pip install --quiet --require-hashes -r deploy/lock/uv.txt
	@echo "installing packages …"
	@$(UV) pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes deploy/lock/dev.txt deploy/lock/uv.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup  ## Run everything on this machine with an example operator
	@$(BIN)/energy-cloud demo

test: setup  ## Run the whole test suite; a test whose program is missing is skipped and names it
	$(PYTEST) -n 4 --dist worksteal -m "not browser"  # four on two cores: some wait for processes
	$(PYTEST) -n 2 --dist worksteal -m browser  # by themselves: the driver keeps an event loop in its process

test-packages:  ## Install the Debian programs that tests use (root or sudo); all else stays inside the clone
	@sh deploy/test_packages.sh

check:  ## Fast loop: format, lint, types, import contracts, unit tests, on both cores at once
	@$(MAKE) --no-print-directory --jobs 2 walls fast-tests

walls: setup  ## Format, lint, types and import contracts
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache > .check.log || { cat .check.log; exit 1; }

fast-tests: setup
	$(PYTEST) -q -n 3 -m "not slow and not database and not processes and not browser" \
		tests/common tests/edge_agent tests/cloud_service --ignore tests/cloud_service/documents

catalogue: setup  ## Collect the sentences of console and portal in messages.pot; `make catalogue ADD=sw` starts or renews a language
	$(BIN)/python deploy/catalogue.py
	@test -z "$(ADD)" || $(BIN)/python deploy/catalogue.py add $(ADD)
	$(BIN)/python deploy/catalogue.py compile

format: setup  ## Format the code
	$(BIN)/ruff format --quiet .
	$(BIN)/ruff check --fix --quiet .

COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --upgrade

lock: setup  ## Renew the lock files: names, versions and hashes
	$(COMPILE) --extra dev pyproject.toml -o deploy/lock/dev.txt
	$(COMPILE) --extra cloud pyproject.toml -o deploy/lock/cloud.txt -c deploy/lock/dev.txt
	$(COMPILE) --extra edge pyproject.toml -o deploy/lock/edge.txt -c deploy/lock/dev.txt
	echo uv | $(COMPILE) - -o deploy/lock/uv.txt

chaos: setup  ## Kill, cut and damage everything; the long form (the short one is in `make test`)
	CHAOS=full $(PYTEST) tests/chaos -x --timeout 3600

books: setup  ## The books' tests in their long form: 1,000,000 random operations, 10,000 histories, 50 runs and 100 killed workers, 10,000 racing events
	ENERGY_BOOK_OPERATIONS=1000000 ENERGY_BOOK_WORKERS=2 ENERGY_KILLS=100 ENERGY_RUN_WORKERS=50 ENERGY_RUNS=50 ENERGY_PREPAID_EVENTS=10000 \
		ENERGY_HISTORIES=10000 \
		$(PYTEST) tests/books -x -s --timeout 172800

oracle: setup  ## Compare 10,000 random tariffs with an independent rating engine (installs it in .venv-oracle)
	$(BIN)/python deploy/bench/oracle.py

MINUTES ?= 5
DECODERS ?=
fuzz: setup  ## Search every decoder for crashes with atheris (installs it in .fuzz): MINUTES=60 DECODERS="sml p1"
	@test -d .fuzz/site/atheris || $(UV) pip install --quiet --python $(BIN)/python --target .fuzz/site atheris==3.0.0
	PYTHONPATH=.fuzz/site $(BIN)/python -m tests.contracts.fuzz --minutes $(MINUTES) $(DECODERS)

bench-%: setup  ## Run one bench: ingest, rating, billing, edge, drain, documents, energy
	$(BIN)/python deploy/bench/$*.py
