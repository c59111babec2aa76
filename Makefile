# make run | test | check | bench | chaos      (see README.md)
# PYTHON=python3.12 chooses another interpreter; PYTEST_ARGS="tests/domain -k sms" narrows make test.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory --no-builtin-rules
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
BIN := .venv/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard translations/*/LC_MESSAGES/messages.po))
LOCALES := ja en
PYTEST_ARGS ?=
BENCH_ARGS ?=
# More than cores: the journeys spend most of their time waiting for callers.
WORKERS ?= 4

.PHONY: help
help:
	@echo 'make run           the product on this machine: portal, webhooks, worker, simulator'
	@echo 'make test          all tests; installs what they need'
	@echo 'make test-slow     the tests that wait for clocks or walk every route'
	@echo 'make check         lint, types, layers, templates, catalogues, migrations'
	@echo 'make bench         measurements of speed; BENCH_ARGS=--quick for a short look'
	@echo 'make chaos         10,000 calls while everything is killed 100 times (CALLS=…, KILLS=…)'
	@echo 'make format        formats the code'
	@echo 'make operator      MAIL=… NAME=… makes an operator, prints the temporary password'
	@echo 'make screenshots   takes the screenshots of docs/guide-ja.md anew'
	@echo 'make translations  takes new words into the catalogues'
	@echo 'make requirements  pins the newest allowed packages (UPGRADE=1) or new ones'

.PHONY: run
run: .venv/product.stamp $(CATALOGUES)
	@exec $(BIN)/python run.py

.PHONY: test
test: .venv/tests.stamp $(CATALOGUES)
	tests/support/install_packages.sh
	$(BIN)/python -m pytest -n $(WORKERS) --dist load --maxschedchunk 1 -m "not slow" $(PYTEST_ARGS)

# What does not fit into three minutes: idle sessions, sign-in journeys, junk on every route, …
.PHONY: test-slow
test-slow: .venv/tests.stamp $(CATALOGUES)
	tests/support/install_packages.sh
	$(BIN)/python -m pytest -n 3 --dist load --maxschedchunk 1 -m slow $(PYTEST_ARGS)

# Every check runs, so that one run shows all there is to mend.
.PHONY: check
check: .venv/tests.stamp $(CATALOGUES)
	@failed=(); \
	check() { echo "== $$*"; "$$@" || failed+=("$$1 $${2:-}"); }; \
	export PATH="$(CURDIR)/$(BIN):$$PATH"; \
	check ruff check --quiet; \
	check ruff format --check --quiet; \
	check mypy --strict --cache-dir .mypy_cache/strict app/domain app/models app/services app/providers; \
	check mypy --cache-dir .mypy_cache/normal config.py run.py app ivr_webhooks worker migrations/commands.py; \
	check mypy --cache-dir .mypy_cache/simulator -p simulator; \
	check mypy --cache-dir .mypy_cache/normal chaos bench; \
	check lint-imports --no-cache; \
	check djlint --quiet --lint app/portal/templates; \
	check python -m pytest --quiet --database=sqlite tests/code; \
	if [ $${#failed[@]} -gt 0 ]; then printf 'FAILED: %s\n' "$${failed[@]}" >&2; exit 1; fi; \
	echo 'All checks passed.'

.PHONY: bench
bench: .venv/tests.stamp $(CATALOGUES)
	tests/support/install_packages.sh
	@for name in webhooks pipeline redirect log_pages export call_counts; do \
		echo "== $$name"; $(BIN)/python -m "bench.$$name" $(BENCH_ARGS); done

# Options: make chaos CALLS=1000 KILLS=20 SEED=7
.PHONY: chaos
chaos: .venv/tests.stamp $(CATALOGUES)
	tests/support/install_packages.sh
	$(BIN)/python -m chaos.run --calls $${CALLS:-10000} --kills $${KILLS:-100} --seed $${SEED:-1}

.PHONY: format
format: .venv/tests.stamp
	$(BIN)/ruff check --fix --quiet || true
	$(BIN)/ruff format --quiet

.PHONY: translations
translations: .venv/tests.stamp
	$(BIN)/pybabel --quiet extract -F pyproject.toml -k _l -k lazy_gettext -k lazy_ngettext:1,2 \
		--no-wrap --add-location=file --sort-by-file --omit-header \
		-o translations/messages.pot .
	for locale in $(LOCALES); do \
		test -e translations/$$locale/LC_MESSAGES/messages.po || \
			$(BIN)/pybabel --quiet init --no-wrap -i translations/messages.pot -d translations -l $$locale; \
		$(BIN)/pybabel --quiet update --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date \
			-i translations/messages.pot -d translations -l $$locale; \
	done
	$(BIN)/python translations/tidy.py
	$(BIN)/python -m pytest --quiet tests/code/test_catalogues.py

.PHONY: operator
operator: .venv/product.stamp
	@$(BIN)/python -m app.portal.commands operator --mail "$${MAIL:-}" --name "$${NAME:-}"

.PHONY: screenshots
screenshots: .venv/tests.stamp $(CATALOGUES)
	PYTHONPATH=. $(BIN)/python docs/screenshots/take.py

.PHONY: requirements
requirements: .venv/tests.stamp
	export CUSTOM_COMPILE_COMMAND='make requirements'; \
	for name in requirements requirements-dev; do \
		$(BIN)/pip-compile --quiet --generate-hashes --no-strip-extras --allow-unsafe $(if $(UPGRADE),--upgrade) \
			--no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
			-o $$name.txt $$name.in; \
	done

%.mo: %.po | .venv/product.stamp
	$(BIN)/pybabel --quiet compile -i $< -o $@

.venv/product.stamp: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed, and $(PYTHON) is not: try make PYTHON=python3.11 …" >&2; exit 1; }
	@test -x $(BIN)/pip || { echo 'Making .venv'; rm -rf .venv; $(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }; }
	@echo 'Installing requirements.txt'
	@$(PIP_INSTALL) -r requirements.txt
	@touch $@

.venv/tests.stamp: requirements-dev.txt .venv/product.stamp
	@echo 'Installing requirements-dev.txt'
	@$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@
