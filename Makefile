# Everything a developer types. `make demo` and `make test` work on a fresh machine with Python 3.11+ and make.
PYTHON ?= python3
BIN := .venv/bin
# One more than the cores of a small machine: many tests wait.
JOBS ?= 3

.PHONY: demo test check bench screenshots package clean

demo: .venv/run.stamp
	@$(BIN)/hatchway demo $(ARGS)

test: check
	$(BIN)/pytest -n $(JOBS) $(ARGS)

check: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/dev.stamp
	@$(BIN)/python -m tests.bench $(ARGS)

screenshots: .venv/dev.stamp
	$(BIN)/python -m tests.journeys.pictures

package: .venv/dev.stamp
	$(BIN)/python -m build

clean:
	rm -rf .venv dist build

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/run.stamp: .venv/bin/python pyproject.toml constraints.txt
	@echo "Installing Hatchway into .venv (once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

# pip 25.1 is the first that reads dependency groups
.venv/dev.stamp: .venv/run.stamp
	@echo "Installing the tools for development (once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "pip>=25.1"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --group dev
	@touch $@
