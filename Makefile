# One set-up for everything: .venv from the hashed lock file. `make help` lists the verbs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
JUDGES := .judges
CALLED := $(JUDGES)/.ready
CKAN := .ckan
HARVESTER := $(CKAN)/.ready
RESOLVE := uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --quiet

.DEFAULT_GOAL := help

help: ## list the verbs
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  \1\t/' | expand -t 12

setup: $(READY) ## make .venv from the lock file

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; say which with: make PYTHON=/path/to/python3 $(MAKECMDGOALS)"; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "This Python has no venv. On Debian or Ubuntu: apt-get install python3-venv"; exit 2; }
	@echo "Setting up $(VENV) from requirements.lock (once, about half a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

judges: $(CALLED) $(HARVESTER) ## make .judges and .ckan: outside programs that read what is published (`make test` does it)

$(CALLED): requirements-judges.lock | $(READY)
	@echo "Setting up $(JUDGES) from requirements-judges.lock (once, about a minute)"
	@$(PYTHON) -m venv $(JUDGES)
	@$(JUDGES)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-judges.lock
	@touch $(CALLED)

$(HARVESTER): requirements-ckan.lock | $(READY)
	@echo "Setting up $(CKAN) from requirements-ckan.lock (once, a quarter of a minute)"
	@$(PYTHON) -m venv $(CKAN)
	@$(CKAN)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-ckan.lock
	@touch $(HARVESTER)

.PHONY: help setup judges

demo: setup ## a night through real Airflow against simulated portals; ONCE=1 ends after the summary, CATALOGUE=file.csv serves a real catalogue
	@$(BIN)/python -m gateway.demo $(if $(ONCE),--once) $(if $(CATALOGUE),--catalogue $(CATALOGUE)) $(if $(DOSSIERS),--dossiers $(DOSSIERS)) $(if $(STATE),--state $(STATE))

test: setup judges ## run all tests
	@$(BIN)/pytest -n 4 --dist loadfile --no-loadscope-reorder

lint: setup ## ruff, formatting, mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: setup ## speed beside dlt, zeep and the bare floor, in one run on this machine
	@$(BIN)/python -m benchmarks
	@$(BIN)/python -m benchmarks.soap
	@$(BIN)/python -m benchmarks.mapping
	@$(BIN)/python -m benchmarks.reconcile
	@$(BIN)/python -m benchmarks.serve

prove: setup ## the reliability score card: one line a promise, PASS or FAIL
	@$(BIN)/python -m proof

mutants: setup ## change the mapping engine in small ways; the tests must notice
	@$(BIN)/python -m proof.mutants

docs: setup ## write the tables of the reference that come from the mappings
	@$(BIN)/python -m gateway.portal_table docs/reference/portals.md

lock: ## make the lock files anew (needs uv)
	@$(RESOLVE) pyproject.toml --all-extras --group dev --output-file requirements.lock
	@$(RESOLVE) requirements-judges.in --output-file requirements-judges.lock
	@$(RESOLVE) requirements-ckan.in --output-file requirements-ckan.lock

clean: ## end what a killed demo left and remove everything made here
	@[ ! -x $(BIN)/python ] || for state in .gateway/demo .gateway/demo-namespace; do \
		$(BIN)/python -m gateway.demo clean --state $$state || exit 1; done
	@rm -rf $(VENV) $(JUDGES) $(CKAN) .gateway .bench mutants .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: demo test lint bench prove mutants docs lock clean
