# The verbs of this project. `make help` lists them.

PYTHON ?=
ARGS ?=

# Threads of a training that wait for one another are not to spin: on a busy machine that takes minutes.
export OMP_WAIT_POLICY := PASSIVE

VENV := .venv
BIN := $(VENV)/bin
PACKAGES := $(VENV)/.installed
DEV_PACKAGES := $(VENV)/.installed-dev
NODE_PACKAGES := local/node/node_modules/.installed
PIP_INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt
PIP_FAILED := { echo "The Python packages could not be installed: see pip's words above. If a compiler is missing," \
	"install gcc, or use Python 3.11 to 3.13, for which none is needed." >&2; exit 1; }

# The first Python that is recent enough, or whatever PYTHON says.
FIND_PYTHON = for candidate in $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python); do \
	if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$candidate; break; fi; \
done

.DEFAULT_GOAL := help
.PHONY: help install demo up test lint bench clean

help: ## list the verbs
	@echo "usage: make VERB [ARGS='...'] [PYTHON=python3.11]"
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  \1\t\2/' | expand -t 12

install: $(DEV_PACKAGES) $(NODE_PACKAGES) ## prepare .venv/ and the Data API's packages; nothing happens when they are there

demo: $(PACKAGES) $(NODE_PACKAGES) ## start everything, replay a real history, and sum up; ARGS go to `flexiroaster demo`
	@$(BIN)/flexiroaster demo $(ARGS)

up: $(PACKAGES) $(NODE_PACKAGES) ## start the embedded stack and stay until Ctrl-C; ARGS go to `flexiroaster up`
	@$(BIN)/flexiroaster up $(ARGS)

test: install ## run the tests and print the coverage; ARGS go to pytest
	@$(BIN)/python -m pytest --cov --cov-report=term:skip-covered $(ARGS)

lint: install ## check formatting, style and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy .

bench: install ## measure speed and memory, beside the floor of this machine; ARGS go to the benchmark
	@$(BIN)/python -m bench $(ARGS)

clean: ## remove .venv/, the Data API's packages, the stacks' data and the caches
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m local.clean; else rm -rf .flexiroaster; fi
	@rm -rf $(VENV) *.egg-info local/node/node_modules .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(PACKAGES): pyproject.toml constraints.txt
	@rm -f $@
	@python=$$($(FIND_PYTHON)); \
	if [ -z "$$python" ]; then \
		echo "Python 3.11 or later is needed: install it, or say where it is with PYTHON=/path/to/python3.11." >&2; exit 1; \
	fi; \
	if [ "$$(df -Pk . | awk 'NR == 2 {print $$4}')" -lt 2000000 ]; then \
		echo "Less than 2 GB are free in $(CURDIR): make room, then run make again." >&2; exit 1; \
	fi; \
	if ! $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		rm -rf $(VENV); \
		"$$python" -m venv $(VENV) || { \
			echo "No virtual environment can be made: install your system's python3-venv package." >&2; exit 1; }; \
	fi
	@echo "Installing the Python packages into $(VENV)/ (half a minute)"
	@$(PIP_INSTALL) -e . || $(PIP_FAILED)
	@touch $@

$(DEV_PACKAGES): $(PACKAGES)
	@rm -f $@
	@echo "Installing the packages for tests and checks"
	@$(PIP_INSTALL) -e '.[dev]' || $(PIP_FAILED)
	@touch $@

$(NODE_PACKAGES): $(PACKAGES) local/node/package.json local/node/package-lock.json local/node/.npmrc
	@rm -f $@
	@echo "Installing the Data API's packages into local/node/"
	@$(BIN)/python -m local.node install
	@touch $@
