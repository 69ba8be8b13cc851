# Everything that is done with this repository. `make` lists it.
# Needed: Rust with cargo, Python 3.11 or newer with venv, git. All else comes from the package registries, into .venv and node_modules.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
# Tests wait for the emulator far more than they compute.
export RUST_TEST_THREADS ?= 8
# Tools of the project before those of the machine; node and npm come from PyPI where the machine has none.
export PATH := $(CURDIR)/.venv/bin:$(PATH)

FUNCTION := target/debug/neptune-audit-rule

.PHONY: help
help: ## List what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{ printf "  make %-22s %s\n", $$1, $$2 }'

# --- Try it -------------------------------------------------------------------------------------------------------------

.PHONY: demo invoke emulator
demo: build venv node ## Judge a made-up fleet with the real binary, show the results, repair what is broken; no AWS account needed
	@target/debug/demo --function $(FUNCTION) --repair

invoke: build ## Send one event to the real binary: make invoke EVENT=events/changed.json
	@test -n "$(EVENT)" || { echo "Say which event: make invoke EVENT=events/changed.json (see events/README.md)"; exit 2; }
	@target/debug/demo --function $(FUNCTION) "$(EVENT)"

emulator: build ## Leave the emulated AWS running with the demo's fleet, for experiments with the AWS CLI
	@target/debug/emulator serve --fleet crates/demo/fleet.json

# --- Build and test -----------------------------------------------------------------------------------------------------

.PHONY: build test test-rust test-python test-remediation test-build fmt lint check mutants bench clean
build: ## Build the function and its tools for this machine, unoptimized
	@echo "Building; the first time this takes some minutes."
	cargo build --workspace

test: test-rust test-python test-remediation test-build ## Run all tests

test-rust: ## Run the Rust tests
	cargo test --workspace

test-python: build venv sam checkov ## Run the Python tests: the emulator, moto, templates, the runbook
	.venv/bin/pytest -q -m "not slow" tests/python

test-remediation: build venv node ## Run the runbook in a simulator, before and after judged by the real binary
	npm test --prefix tests/remediation

test-build: build venv sam ## Build the function as it is deployed, with SAM, and run it in cargo-lambda's emulator (minutes)
	.venv/bin/pytest -q -m slow tests/python

fmt: ## Format the Rust code
	cargo fmt --all

lint: ## Check formatting, and refuse what clippy finds
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

check: lint test ## What CI checks; run it before a pull request

mutants: ## See which changes to the code no test notices (hours; needs cargo-mutants)
	cargo mutants --package neptune-audit-rule

bench: .venv/bench/.installed ## Measure beside a rule in Python and a function that does nothing; rewrites docs/ and the tables in README.md
	cargo build --release --package neptune-audit-rule
	cargo build --release --package floor
	cargo run --profile runner --package bench

clean: ## Remove everything that was built or installed here
	rm -rf target .venv .aws-sam dist tests/remediation/node_modules

# --- Tools --------------------------------------------------------------------------------------------------------------

.PHONY: venv sam checkov node
venv: .venv/.installed ## Install the Python tools into .venv
.venv/.installed: tests/requirements.txt tests/requirements-node.txt
	@echo "Installing the Python tools into .venv"
	$(PYTHON) -m venv .venv
	.venv/bin/pip install -q --disable-pip-version-check -r tests/requirements.txt
	command -v node >/dev/null || .venv/bin/pip install -q --disable-pip-version-check -r tests/requirements-node.txt
	touch $@

.venv/bench/.installed: crates/bench/requirements.txt | venv
	$(PYTHON) -m venv .venv/bench
	.venv/bench/bin/pip install -q --disable-pip-version-check -r $<
	touch $@

# Each wants another boto3, so each has an environment of its own.
sam checkov: %: .venv/%/.installed
.venv/%/.installed: tests/requirements-%.txt | venv
	@echo "Installing $* into .venv/$*"
	$(PYTHON) -m venv .venv/$*
	.venv/$*/bin/pip install -q --disable-pip-version-check -r $<
	touch $@

node: tests/remediation/node_modules/.installed ## Install the simulator of Automation runbooks
tests/remediation/node_modules/.installed: tests/remediation/package-lock.json | venv
	@echo "Installing the simulator of Automation runbooks"
	npm ci --silent --no-audit --no-fund --prefix tests/remediation
	touch $@

include deploy/deploy.mk
