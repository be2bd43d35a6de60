# make app · make train RECIPE=quick · make test · make check · make bench · make engine: each sets up what it needs first.
PYTHON ?= python3
BIN := .venv/bin
CHECKED := app.py train.py gan tests benchmarks

.PHONY: app train test check check-scripts bench bench-load fuzz engine clean

app: .venv/app.stamp
	$(BIN)/python app.py

train: .venv/app.stamp
	@test -n "$(RECIPE)" || { echo 'Which recipe? make train RECIPE=quick, and ARGS="--epochs 3" for its flags'; exit 1; }
	$(BIN)/python train.py $(RECIPE) $(ARGS)

test: .venv/dev.stamp
	$(BIN)/python tests/browser/ensure_browser.py
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: .venv/dev.stamp
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/mypy app.py train.py gan
	$(BIN)/lint-imports --no-logo
	@if command -v npm > /dev/null; then $(MAKE) --no-print-directory check-scripts; \
		else echo "There is no Node (npm) here: the page's scripts in gan/web/static are not checked."; fi

check-scripts: node_modules/.stamp
	node_modules/.bin/biome check --error-on-warnings

bench: .venv/dev.stamp
	$(BIN)/python benchmarks/run.py

# What docs/reliability.md promises: under load, and against hostile input.
bench-load: .venv/dev.stamp
	$(BIN)/python benchmarks/load.py

fuzz: .venv/dev.stamp
	$(BIN)/python benchmarks/fuzz.py

# The browser's engine, from C and from gan/writing.py; what it writes is committed.
engine: .venv/dev.stamp
	$(BIN)/python -m gan.web.engine.build

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

node_modules/.stamp: package.json package-lock.json
	npm ci --no-audit --no-fund
	touch $@

clean:
	rm -rf .venv node_modules .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
