# Needs Python 3.11 or newer and make; everything else comes into .venv, pinned by requirements.lock.
PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
RUN_OPTIONS ?=
PORT ?= 8080
# Without bytecode, each process would compile all that it imports: a second for openai alone.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup contract test every-case test-python pythons check serve readings mutants faults arbitrary bench bench-start mocks sdk-matrix sdk-blindness \
	sdk-own clients litellm golden docs browser generators runners types kills

help: ## print this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1|/p' Makefile | column -t -s '|'

setup: $(READY) ## install everything into .venv, pinned

contract: $(READY) ## start the fake and judge it; BASE_URL=… judges another server
	@$(BIN)/assistants-contract run $(RUN_OPTIONS) $(BASE_URL)

test: $(READY) ## pass everything
	@$(BIN)/pytest -n auto --dist worksteal -rs

every-case: $(READY) ## pass the cases that make test leaves out
	@$(BIN)/pytest -n auto --dist worksteal -rs -m every_case

test-python: $(READY) ## pass the tests whose results can depend on the Python
	@$(BIN)/pytest -n auto --dist worksteal -rs -m "not any_python and not every_case"

pythons: ## run contract on every CPython of this machine, test on the oldest, test-python on the newest
	@python="$$(.ci/python "$(PYTHON)")" && "$$python" -m self_tests.setup.pythons

check: $(READY) ## run ruff and mypy --strict, check the direction of imports and the specs (with node: Redocly and Spectral too)
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache --no-logo
	@$(BIN)/openapi-spec-validator openapi.yaml fake_server/control/control.yaml
	@$(BIN)/python -m self_tests.third_party.linters

golden: $(READY) ## write the reports of a recorded run anew: read the difference
	@$(BIN)/python -m self_tests.golden.goldens

docs: $(READY) ## write the generated parts of the documents anew: read the difference
	@$(BIN)/python -m self_tests.docs.regenerate

serve: $(READY) ## run the fake; PORT=… puts it elsewhere
	@$(BIN)/assistants-fake --port $(PORT)

readings: $(READY) ## run the whole suite on legal servers that mix every free choice; SEED=… mixes others
	@$(BIN)/python -m self_tests.legal.readings --seed $(or $(SEED),1)

mutants: $(READY) ## run the whole suite on every wrong server, and write the kill matrix, in an hour; SHARD=1/10 takes a tenth
	@$(BIN)/python -m self_tests.wrong.mutants --whole $(addprefix --shard=,$(SHARD))

faults: $(READY) ## run the whole suite on each server with one fault, and print the requirements that it names
	@$(BIN)/python -m self_tests.wrong.precision

arbitrary: $(READY) ## run the whole suite on servers that answer anything, for minutes; SECONDS=… sets how long
	@$(BIN)/python -m self_tests.answers.arbitrary $(SECONDS)

kills: $(READY) ## kill production runs beside assistants of others, sweep, and count what is left; SEED=… chooses the moments
	@$(BIN)/python -m self_tests.bench.kills $(SEED)

bench: $(READY) ## measure the cost of the fake beside bare aiohttp and other mocks
	@$(BIN)/python -m self_tests.bench

bench-start: $(READY) ## measure the CPU time until a command prints a help text or a mistake
	@$(BIN)/python -m self_tests.bench.start

mocks: $(READY) ## install other mocks from npm: make test judges Prism, make bench measures all
	@npm install --silent --no-save --no-audit --no-fund --prefix $(VENV)/mocks \
		@stoplight/prism-cli@5.14.2 json-server@0.17.4 @mockoon/cli@9.9.0

browser: $(READY) ## install Debian's Chromium and the openai SDK of npm: make test uses both
	@command -v chromium || command -v google-chrome || \
		{ apt-get -qq update && apt-get -qq install --no-install-recommends chromium; }
	@$(BIN)/python -c 'from sdk_tests.sdks import newest; newest("node").install()'

generators: $(READY) ## install tools that generate clients and models from openapi.yaml: make test judges them
	@$(BIN)/python -m self_tests.third_party.generated.tools

runners: $(READY) ## install Vitest, Jest and Playwright: make test uses the JavaScript helper in each
	@$(BIN)/python -m self_tests.packages.runners

types: $(READY) ## write the types of the JavaScript helper anew, from control.yaml
	@$(BIN)/python -m self_tests.packages.runners types

sdk-matrix: $(READY) ## test the same promises by every SDK of sdk_tests/sdks.toml; EDITION=… tests another edition; needs node and the registries once
	@$(BIN)/python -m sdk_tests.matrix --edition $(or $(EDITION),page)

sdk-blindness: $(READY) ## print the SDKs that notice each of three wrong servers
	@$(BIN)/python -m self_tests.wrong.blindness

sdk-own: $(READY) ## run the Python SDK's own tests of assistants against the fake
	@$(BIN)/python -m self_tests.third_party.openai_own

clients: $(READY) ## run frameworks that drive assistants against the fake; installs them once
	@$(BIN)/python -m self_tests.third_party.clients

litellm: $(READY) ## run the whole suite on litellm's proxy before the fake; installs litellm once
	@$(BIN)/python -m self_tests.third_party.second_hop

$(READY): requirements.lock pyproject.toml
	@.ci/setup "$(VENV)" "$(PYTHON)"
