# The fixed targets are run, test, bench and venv; everything they need they install into .venv from the lock files.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# The first interpreter that really runs and is supported (a pyenv shim may be on PATH and still refuse).
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin

help:  ## what each target does
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## / - /'

.venv/pyvenv.cfg:
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11, 3.12 or 3.13 found; on Debian: apt-get install python3 python3-venv" >&2; exit 2; }
	@$(PYTHON) -m venv .venv || { echo "make: could not make .venv; on Debian: apt-get install python3-venv" >&2; rm -rf .venv; exit 2; }

.venv/run.stamp: .venv/pyvenv.cfg requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

venv: .venv/dev.stamp  ## make .venv with every extra and the test tools, and compile the reading where there is a C compiler
	-@$(BIN)/python -m bot.reading.compiling

run: .venv/run.stamp  ## start 小安 with the built-in local group (http://127.0.0.1:8075)
	$(BIN)/python -m bot run

test: venv  ## format check, lint, types, all tests
	@bash tests/browser/install.sh
	@bash tests/gateway/install.sh
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

bench: venv  ## measure speed and memory (minutes)
	$(BIN)/python -m tests.benchmarks

TAUGHT := tests/reading/corpora/taught
# Lines that carry on from each other, which the encoder, seeing one alone, learns nothing from; and messages that stand alone and
# are as hard as in life, which count twice and come last. In those of PAIRS at least two people play a part; those of SHORT, in few
# words or about the borders between intents, came later.
STORIES := $(addprefix $(TAUGHT)/w,26 27 28 29 30 31 32)
SHORT := $(addprefix $(TAUGHT)/x,167 168 169 170 175 176 177 178 181 182 184)
EXAMS := $(sort $(filter-out $(SHORT),$(wildcard $(TAUGHT)/x*)))
PAIRS := $(addprefix $(TAUGHT)/x,121 122 123 124 125 126 129 130 131 132 133 134 135 136 137 138 139 140 141 142 143 144)

teach: venv  ## train the learned part of the reading from the labelled messages (minutes)
	$(BIN)/python -m bot.reading.teach $(sort $(wildcard $(TAUGHT)/*))

balance: .venv-teach/stamp  ## fit how much the looks and the rules count together, and who of several (minutes; after teach or ponder)
	.venv-teach/bin/python -m bot.reading.teach_balance $(sort $(wildcard tests/reading/corpora/weighed/*))
	.venv-teach/bin/python -m bot.reading.teach_persons $(sort $(wildcard tests/reading/corpora/tuning/* tests/reading/corpora/weighed/*))

ponder: .venv-teach/stamp  ## tune the encoder of the reading (three hours; PyTorch goes into .venv-teach)
	.venv-teach/bin/python -m bot.reading.teach_pondering $(sort $(filter-out $(STORIES) $(PAIRS) $(SHORT),$(wildcard $(TAUGHT)/*))) $(filter-out $(PAIRS),$(EXAMS))
	.venv-teach/bin/python -m bot.reading.teach_pondering --start bot/reading/pondering.npz --rate 5e-5 $(EXAMS)
	.venv-teach/bin/python -m bot.reading.teach_pondering --start bot/reading/pondering.npz --rate 4e-5 --turns 1 $(EXAMS) $(PAIRS) $(PAIRS)
	.venv-teach/bin/python -m bot.reading.teach_pondering --start bot/reading/pondering.npz --rate 5e-5 --turns 1 $(EXAMS) $(SHORT) $(SHORT) $(SHORT)

soak: venv  ## random days full of crashes, and every transaction boundary of a scripted day (minutes to an hour, on all cores; goes on where it was stopped)
	$(BIN)/python -m tests.soak $(SOAK)

.venv-teach/stamp: .venv/run.stamp requirements-teach.lock
	@$(PYTHON) -m venv .venv-teach
	.venv-teach/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.lock -r requirements-teach.lock
	@touch $@

lock: venv  ## renew the lock files after a change in pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
		pyproject.toml requirements-build.in -o requirements.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
		pyproject.toml requirements-build.in -c requirements.lock --all-extras --group dev -o requirements-dev.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
		--group teach -c requirements.lock -o requirements-teach.lock

.PHONY: help venv run test bench teach balance ponder soak lock
