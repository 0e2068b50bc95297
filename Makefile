# Everything starts here: `make help`. Needs make, sh, coreutils, git and Python 3.11 or newer with pip; nothing else.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
INSTALLED := $(VENV)/installed
# Most tests wait for a partner's pace, so three run side by side, each third with a stack of its own.
SIDE_BY_SIDE := --numprocesses 3 --dist loadfile

.PHONY: help setup demo test test-full chaos bench bench-edge bench-overload bench-webhooks check record screenshots lock clean temporal chromium

help: ## this list
	@while IFS= read -r line; do case $$line in \
	  [a-z]*': '*'## '*) printf '  make %-14s %s\n' "$${line%%:*}" "$${line#*## }";; \
	esac; done < Makefile

setup: $(INSTALLED) temporal ## virtual environment, dependencies, Temporal server; a second run takes no time

demo: setup ## the whole flow on a fresh local stack, told as a story; options in ARGS='...'
	@$(BIN)/interline demo $(ARGS)

test: setup check ## check, then every test but the long ones
	$(BIN)/pytest $(SIDE_BY_SIDE) -m "not full" $(ARGS)

test-full: SIDE_BY_SIDE := --numprocesses 2 --dist loadfile
test-full: setup ## the tests too long for `make test`; the first time builds a second Temporal server (with Go)
	@$(BIN)/python -m tests.full.shifted_temporal || echo "no Temporal server with a clock to set: its test is skipped"
	$(BIN)/pytest $(SIDE_BY_SIDE) -m full $(ARGS)

chaos: setup ## kill -9 everything under load, then compare all witnesses; ARGS='--orders N --kills K --seed S'
	@INTERLINE_MODEL_RUNS=10000 $(BIN)/pytest --quiet --timeout 1200 tests/model
	@$(BIN)/python -m bench.chaos $(ARGS)

bench: setup ## measure against bound, naive design and peers (docs/performance.md); ARGS=--quick for four minutes
	@$(BIN)/python -m bench $(ARGS)

bench-webhooks: setup ## event to first try at the highest rate, and what 49 endpoints notice of one that hangs
	@$(BIN)/python -m bench.webhooks $(ARGS)

bench-edge: setup ## the gateway beside Temporal's own calls, and its memory; ARGS=--quick for a minute
	@$(BIN)/python -m bench.edge $(ARGS)

bench-overload: setup ## the gateway at three times what it can take, and 100 webhooks a second; ARGS=--quick for a minute
	@$(BIN)/python -m bench.overload $(ARGS)

check: $(INSTALLED) ## format, lint, types, import rules
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports

record: setup ## carry orders on a real stack and keep their histories for the replay tests; ARGS='NAME …' for some
	@$(BIN)/python -m tests.replay.record $(ARGS)

screenshots: setup chromium ## pictures of orders in the Temporal UI, for docs/
	$(BIN)/python docs/screenshots.py

lock: $(INSTALLED) ## remake requirements.lock from pyproject.toml
	$(PIP) install --upgrade --target $(VENV)/uv uv
	$(VENV)/uv/bin/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --quiet --output-file requirements.lock

clean: ## remove the virtual environment and all caches of this checkout (the Temporal server stays in its own)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist

temporal: $(INSTALLED)
	@$(BIN)/python -m interline.runtime.temporal_server

# Updated in place when the lock or the project's own metadata change; `make clean` starts from nothing.
$(INSTALLED): requirements.lock pyproject.toml
	@$(BIN)/python -c '' 2>/dev/null || sh deploy/venv.sh $(VENV)
	@echo "installing the dependencies of requirements.lock: about half a minute"
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

chromium:
	@sh deploy/debian.sh chromium chromium
