# Everything installs itself into .venv on first use. `make help` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

# The Python that makes .venv: the first one found that is 3.11 to 3.14. `make PYTHON=/path/to/python`.
PYTHON ?=
# Extra arguments: `make test ARGS="-k lots -x"`, `make demo ARGS=...`, `make bench ARGS=...`
ARGS ?=
SOAK_SECONDS ?= 600
# `make demo BLOTTER=1` opens the blotter too.
BLOTTER ?=

VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed
BENCH := $(VENV)/.bench-installed
UV := $(VENV)/lock-tool
PACKAGES := tradeoms allocation blotter simulators fixconfig
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -qq
# Compiling all that pip installs takes longer than fetching it. So only what is used is compiled, by
# importing it once; that also shows that it loads. The tests start some hundred programs: what these load
# is compiled once, too.
INSTALL := $(PIP) install --no-compile --require-hashes
COMPILED := env -u PYTHONDONTWRITEBYTECODE
WARM := $(COMPILED) $(BIN)/python -c

.PHONY: help demo test check fmt bench soak lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' Makefile

demo: $(RUNTIME) ## run the demo (BLOTTER=1 opens the blotter)
	@$(BIN)/tradeoms demo $(if $(filter 1 yes true,$(BLOTTER)),--blotter) $(ARGS)

test: $(DEV) ## run the tests (ARGS="-k lots -x")
	@$(COMPILED) $(BIN)/python -m pytest -n auto $(ARGS)

check: $(DEV) ## formatting, lint, types, import contracts, generated files
	@$(BIN)/ruff format --check --quiet --output-format concise . || { echo "Run 'make fmt'."; exit 1; }
	@$(BIN)/ruff check --quiet --output-format concise .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m fixconfig.generate --check

fmt: $(DEV) ## format the code and repair what lint can
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

bench: $(RUNTIME) $(BENCH) ## print the measured ratios
	@$(BIN)/python -m benchmarks $(ARGS)

soak: $(RUNTIME) ## 20 sessions on bad lines for SOAK_SECONDS=600; not part of test
	@$(BIN)/python -m benchmarks.soak --seconds $(SOAK_SECONDS) $(ARGS)

lock: ## resolve the dependencies anew (UPGRADE=1: to the newest versions)
	@test -x $(UV)/bin/uv || { echo "Installing uv, for this target only ..."; \
		$(call find_python,python) && "$$python" -m venv $(UV) \
		&& $(UV)/bin/python -m pip --disable-pip-version-check --no-input -qq install uv; }
	@$(call compile,requirements.lock,)
	@$(call compile,requirements-dev.lock,--group dev --constraints requirements.lock)
	@echo "Wrote requirements.lock and requirements-dev.lock."

# $(call compile,FILE,EXTRA): one file for CPython 3.11-3.14 on Linux, macOS and Windows.
compile = $(UV)/bin/uv pip compile pyproject.toml --quiet --no-config --group build $(2) \
	--universal --python-version 3.11 --fork-strategy fewest --generate-hashes --no-annotate \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	$(if $(UPGRADE),--upgrade) --output-file $(1) >/dev/null

# $(call find_python,NAME): set the shell variable NAME to a usable Python, or say what is missing.
find_python = { $(1)=; for p in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11 python); do \
	if "$$p" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null; \
	then $(1)=$$p; break; fi; done; \
	if [ -z "$$$(1)" ]; then echo "Python 3.11 to 3.14 is needed: make PYTHON=/path/to/python" >&2; exit 1; fi; }

$(BIN)/python:
	@$(call find_python,python) && "$$python" -m venv $(VENV)

$(RUNTIME): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing tradeoms into $(VENV) ..."
	@$(INSTALL) -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@$(WARM) 'import alembic, pandas, pydantic_settings, quickfix, sqlalchemy, textual.widgets, typer, zmq'
	@touch $@

$(DEV): requirements-dev.lock $(RUNTIME)
	@echo "Installing the development tools into $(VENV) ..."
	@$(INSTALL) -r requirements-dev.lock
	@$(WARM) 'import hypothesis, pytest, syrupy, xdist'
	@touch $@

$(BENCH): benchmarks/requirements.txt $(RUNTIME)
	@$(INSTALL) -r benchmarks/requirements.txt
	@touch $@

clean: ## remove .venv, caches and what was built
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
