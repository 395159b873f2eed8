# Every target does all its own set-up: a venv in .venv with every dependency pinned by hash.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test run lint types imports clean help

help:  ## What there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(VENV)/ready  ## The whole bot on an invented company: no account, no network (STAY=1 keeps its pages up)
	@$(BIN)/smallprint demo $(if $(STAY),--stay)

run: $(VENV)/ready  ## The real bot, as a preview until publish = true
	@$(BIN)/smallprint run

test: $(VENV)/ready-dev  ## The fast tests
	@$(BIN)/python -m pytest -q $(ARGS)

lint: $(VENV)/ready-dev  ## Style
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(VENV)/ready-dev  ## Types
	@$(BIN)/mypy

imports: $(VENV)/ready-dev  ## Which room may know which
	@$(BIN)/lint-imports

clean:  ## Everything that can be made again (never state/)
	rm -rf $(VENV) .cache dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Smallprint needs Python 3.11 or newer; name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/ready: $(BIN)/python requirements.lock requirements-build.lock pyproject.toml
	@echo "Installing what the bot needs into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --require-hashes -r requirements-build.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready requirements-dev.lock
	@echo "Installing what its tests need ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@
