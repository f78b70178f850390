# Employment-monitoring warehouse. `make` alone lists every action.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
export PEOPLE ?= 2000
SHARE ?= 0.05
PICTURES_HOME ?= .warehouse

.PHONY: help pictures run test quick schema definitions up down oracle torture bench lint style sql

help: ## list the actions
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-8s%s\n", $$1, $$2}'

run: .venv/installed ## set up, and run three nights of demonstration data through the real scheduler
	@$(BIN)/warehouse demonstrate --people $(PEOPLE)

# Two workers, one for each core of a small machine; each has a PostgreSQL of its own.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test: .venv/installed-dev ## set up, and run all tests
	@$(PYTEST) -q

quick: style ## before each commit: style, types, imports, and the quick tests (3 minutes at most)
	@$(PYTEST) -q -m quick

definitions: .venv/installed-dev ## write docs/definitions.md from the chapters of the marts
	@$(BIN)/python -m tests.kit.definitions

schema: .venv/installed-dev ## write the dumped schema (database/schema.sql) from a new warehouse
	@$(BIN)/python -m tests.kit.schema

up: .venv/installed ## serve the warehouse and Airflow, and leave them running
	@$(BIN)/warehouse up

down: ## stop everything
	@if [ -x $(BIN)/warehouse ]; then $(BIN)/warehouse down; fi

pictures: .venv/installed-dev ## pictures of the reports, and of every page of the console, of a running home (PICTURES_HOME)
	@WAREHOUSE_HOME=$(PICTURES_HOME) $(BIN)/python -m tests.kit.report_pictures docs/pictures/reports
	@WAREHOUSE_HOME=$(PICTURES_HOME) $(BIN)/python -m tests.kit.pictures docs/pictures/console

oracle: .venv/installed-dev ## compare every figure of twenty random worlds, and plant defects (an hour)
	@$(BIN)/python -m tests.oracle

TORTURE := tests/torture tests/integration/test_rebuild.py tests/integration/test_gate_marts.py \
	tests/integration/test_gate_deliveries.py tests/end_to_end/test_killed_nights.py tests/end_to_end/test_task_failures.py
torture: .venv/installed-dev ## random histories, readers and publishers side by side, 30 nights rebuilt, killed nights (hours)
	@TORTURE=1 NIGHTS=30 $(BIN)/python -m pytest -q -m "" $(TORTURE)

# Those that need servers of their own (docs/scale.md) are run by hand.
BENCHES = $(filter-out bench/scale.py bench/workers.py,$(wildcard bench/*.py))
bench: .venv/installed-dev ## measure everything at a twentieth of the size (half an hour); SHARE=1: at full size, against the bars (hours)
	@missed=0; for bar in $(BENCHES); do echo "── $$bar"; $(BIN)/python "$$bar" --share $(SHARE) || missed=1; done; exit $$missed

lint: ## style, types, imports, and the style of all SQL
	@$(MAKE) -s -j 2 style sql

style: .venv/installed-dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports && $(BIN)/mypy plugins/employment_warehouse

# Most of a minute for all models; pre-commit reads those that were changed.
sql: .venv/installed-dev
	@$(BIN)/sqlfluff lint -q --processes 2 dbt_project/models

# A stamp is written last: a set-up that failed is repeated.
.venv/installed: requirements.txt requirements-installer.txt pyproject.toml
	$(call install,requirements.txt)
	@touch $@

.venv/installed-dev: requirements-dev.txt requirements.txt requirements-installer.txt pyproject.toml
	$(call install,requirements-dev.txt)
	@touch $@ .venv/installed

# Older versions of pip reject a hashed file with extras: the pinned one installs the rest.
define install
	@if [ -z "$(PYTHON)" ]; then echo "需要 Python 3.11 以上 | Python 3.11 or newer is needed" >&2; exit 1; fi
	@if ! $(BIN)/python -c '' 2>/dev/null; then rm -rf .venv && $(PYTHON) -m venv .venv; fi
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-installer.txt
	@$(BIN)/python -m pip install --quiet --require-hashes -r $(1)
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
endef
