# What a developer types. It takes Python 3.11 or newer with pip, and make; everything else comes by itself into .venv.

VENV := .venv
BIN := $(VENV)/bin
# The first of these that is new enough; or say which: make run PYTHON=/path/to/python3
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
# pip works from outside, because on some systems a virtual environment can't bring its own.
PIP = $(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check --quiet install
# Nothing is built in an environment of its own: what builds is locked, too.
LOCKED = $(PIP) --require-hashes --no-build-isolation -r
UV ?= uv
COMPILE = $(UV) --no-config pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--custom-compile-command 'make lock'
# Handed on: make run ARGS='--data elsewhere', make test ARGS='-k intake'
ARGS ?=

.PHONY: help run test ngircd coverage lint check bench lock clean
.DEFAULT_GOAL := help

help:
	@echo 'make run     install what is needed, start everything; Ctrl-C stops it'
	@echo 'make test    all tests, against a real nats-server'
	@echo 'make coverage  the same, counting the lines that are run'
	@echo 'make lint    style, types, and the direction of imports'
	@echo 'make check   both'
	@echo 'make bench   measure what a message costs; ARGS=--list says what there is'
	@echo 'make lock    write requirements/*.txt anew (needs uv)'
	@echo 'make clean   remove what was installed and cached; never your data'

run: $(VENV)/.run
	@exec $(BIN)/postil up $(ARGS)

test: $(VENV)/.test ngircd
	@$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

# The same tests, a quarter slower.
coverage: $(VENV)/.test ngircd
	@$(BIN)/python -m pytest -n 2 --dist worksteal --cov $(ARGS)

lint: $(VENV)/.test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

check: lint test

bench: $(VENV)/.bench
	@$(BIN)/python -m benchmarks $(ARGS)

lock:
	@$(COMPILE) requirements/build.in --output-file requirements/build.txt
	@$(COMPILE) pyproject.toml --output-file requirements/run.txt
	@$(COMPILE) pyproject.toml --extra bench --constraint requirements/run.txt --output-file requirements/bench.txt
	@$(COMPILE) pyproject.toml --extra test --extra bench --constraint requirements/bench.txt \
		--output-file requirements/test.txt

clean:
	rm -rf $(VENV) build dist *.egg-info .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	rm -rf .import_linter_cache
	find benchmarks services shared tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps: each is newer than what it was made from, so the second time there is nothing to do.

$(VENV)/.made:
	@"$(PYTHON)" -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo 'Postil needs Python 3.11 or newer, with pip. Found: $(or $(PYTHON),nothing that is).' >&2; \
		echo 'If there is one elsewhere, name it: make run PYTHON=/path/to/python3' >&2; exit 1; }
	@echo 'Making $(VENV) with '"$$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear --without-pip $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.made requirements/build.txt requirements/run.txt pyproject.toml
	@echo 'Installing what Postil needs (only the first time)'
	@$(LOCKED) requirements/build.txt
	@$(LOCKED) requirements/run.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.bench: $(VENV)/.run requirements/bench.txt
	@echo 'Installing what the benchmarks need (only the first time)'
	@$(LOCKED) requirements/bench.txt
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements/test.txt
	@echo 'Installing what the tests need (only the first time)'
	@$(LOCKED) requirements/test.txt
	@touch $@

# It has no stamp: to look takes no time, and the system's own may be gone the next time. Without it the tests that need
# it fail, and say why; the others run.
ngircd: $(VENV)/.made
	@sh tests/fetch_ngircd.sh $(VENV)/ngircd || true
