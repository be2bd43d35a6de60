# make app · make test · make check · make bench: each sets up what it needs first.
PYTHON ?= python3
BIN := .venv/bin
CHECKED := app.py train.py gan tests benchmarks

.PHONY: app test check bench clean

app: .venv/app.stamp
	$(BIN)/python app.py

test: .venv/dev.stamp
	$(BIN)/python tests/browser/ensure_browser.py
	$(BIN)/python -m pytest

check: .venv/dev.stamp
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/mypy app.py train.py gan
	$(BIN)/lint-imports --no-logo

bench: .venv/dev.stamp
	for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one with make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv .venv

.venv/app.stamp: requirements.txt | .venv/bin/python
	$(BIN)/pip install -r requirements.txt
	touch $@

.venv/dev.stamp: requirements-dev.txt .venv/app.stamp
	$(BIN)/pip install -r requirements-dev.txt
	touch $@

clean:
	rm -rf .venv .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
