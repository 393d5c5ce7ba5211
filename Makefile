# Everything a developer or a pipeline does, in one place. `make` alone explains.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Where it is set every start of the service compiles all of it anew, and the tests start it often.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
SEEDS ?= 500
CUTS ?= 200
HOURS ?= 0.25
VENV := .venv
BIN := $(VENV)/bin
PEERS := .bench-venv
PEERS_LIST := tests/bench/peers/requirements
ADDRESSES ?= ../shared/addresses/dev
PAD ?= $(ADDRESSES)/../padding_930k.parquet
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip install --disable-pip-version-check
CODE := middleware adapters schemas simulators
FAST := $(wildcard tests/architecture tests/contract tests/property tests/unit)
SLOW := $(wildcard tests/browser tests/integration tests/simulation)
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate
LOCK := $(COMPILE) --extra dev --extra traces --output-file requirements.lock pyproject.toml
LOCK_IMAGE := $(COMPILE) --constraint requirements.lock
LOCK_PEERS := $(COMPILE) --python-version 3.11 --output-file $(PEERS_LIST).txt $(PEERS_LIST).in

.PHONY: help setup demo check test bench bench-matching simulate power-cuts campaign fuzz lock upgrade clean

help: ## what can be done here
	@echo "Forewarn: make TARGET"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## everything into .venv, from the lock, without root (PYTHON=python3.12 to choose)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "setting up: $(PYTHON) is missing or older than 3.11; name another: make setup PYTHON=..." >&2; \
		exit 1; }
	@echo "setting up: creating $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV) || { \
		rm -rf $(VENV); \
		echo "setting up: $(PYTHON) has no venv; on Debian or Ubuntu: apt-get install python3-venv" >&2; \
		exit 1; }

$(READY): requirements.lock pyproject.toml | $(BIN)/python
	@total=$$(grep -c == requirements.lock); \
	echo "setting up: $$total locked packages, each checked by its hash"; \
	$(PIP) --require-hashes --requirement requirements.lock | { \
		n=0; while read -r what name _; do case "$$what" in \
			Collecting | Processing) n=$$((n + 1)); echo "  $$n of $$total  $${name##*/}" ;; \
			Ignoring | Requirement) n=$$((n + 1)) ;; \
			Installing) echo "  unpacking" ;; \
		esac; done; }
	@echo "setting up: installing forewarn itself"
	@$(PIP) --quiet --no-deps --no-build-isolation --editable .
	@touch $@
	@echo "setting up: done"

demo: setup ## the service and simulators on this machine, live (FOR=30s to stop by itself)
	@$(BIN)/python -m simulators.demo $(if $(FOR),--for $(FOR))

check: setup ## the fast part of the tests: style, types, architecture, unit
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict $(addprefix --package=,$(CODE))
	$(BIN)/lint-imports
	$(BIN)/python -m pytest --numprocesses=auto $(FAST)

test: check ## all tests: check, then simulation, integration and browser
	$(BIN)/python -m pytest --numprocesses=2 --dist=loadfile $(SLOW)

bench: setup ## the benchmarks, as ratios to the floor
	@$(BIN)/python -m tests.bench

bench-matching: setup ## matching beside its peers (ADDRESSES=DIR of labelled ones, DOCUMENT=FILE)
	@test -e $(ADDRESSES)/queries.csv || { \
		echo "bench-matching: there are no labelled addresses in $(ADDRESSES), and none come with" >&2; \
		echo "this repository; docs/matching-figures.md says what they are: make $@ ADDRESSES=DIR" >&2; exit 1; }
	@$(MAKE) --no-print-directory $(PEERS)/.ready
	@$(BIN)/python -m tests.bench.peers --python $(PEERS)/bin/python --addresses $(ADDRESSES) \
		--pad $(PAD) $(if $(DOCUMENT),--document $(DOCUMENT)) $(CHOICES)

$(PEERS)/.ready: $(PEERS_LIST).txt
	@echo "bench-matching: the peers go into $(PEERS), each checked by its hash"
	@$(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip install --disable-pip-version-check --quiet --require-hashes \
		--requirement $<
	@touch $@

simulate: setup ## the seeded simulation (SEEDS=500, or SEED=n for one; PAIR=1: of two instances, ARCHIVE=1: with old records)
	@$(BIN)/python -m tests.simulation $(if $(PAIR),--pair) $(if $(ARCHIVE),--archive) $(if $(SEED),--seed $(SEED),--seeds $(SEEDS))

fuzz: setup ## wrong input to every parser, with the account of each (FOR=1m, FUZZ_SEED=7)
	@$(BIN)/python -m tests.fuzz --for $(or $(FOR),1m) --seed $(or $(FUZZ_SEED),7)

power-cuts: setup ## the stores after power cuts, played with strace (CUTS=200 each)
	@$(BIN)/python -m tests.power_cuts --cuts $(CUTS)

campaign: setup ## real faults on a real pair at work, with a report (HOURS=0.25, SEED=1)
	@$(BIN)/python -m tests.campaign --hours $(HOURS) --seed $(or $(SEED),1)

lock: setup ## requirements.lock, the image's and the peers' anew, keeping versions
	$(LOCK)
	$(LOCK_IMAGE) --output-file docker/requirements.lock pyproject.toml
	$(LOCK_IMAGE) --output-file docker/build.lock docker/build.in
	$(LOCK_PEERS)

upgrade: setup ## the same with the newest versions
	$(LOCK) --upgrade
	$(LOCK_PEERS) --upgrade
	$(MAKE) --no-print-directory lock

clean: ## remove .venv, caches and reports
	rm -rf $(VENV) $(PEERS) build dist reports .hypothesis .import_linter_cache .mypy_cache .pytest_cache \
		.ruff_cache *.egg-info
	find $(CODE) tests -name __pycache__ -type d -prune -exec rm -rf {} +
