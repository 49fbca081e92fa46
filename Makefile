# make env    a virtual environment in .venv with everything (the first time compiles mmcv: about 10 minutes on 2 cores)
# make demo   render, convert, train, track, score and draw a toy street, from nothing, on a CPU
# make test   lint, types and the fast tests; make test-all adds the slow ones
# make … STACK=onedl   the same on the maintained forks of mmengine, mmcv and mmdet, in .venv-onedl

PYTHON ?= python3
STACK ?= openmmlab
$(if $(filter openmmlab onedl,$(STACK)),,$(error STACK=$(STACK): there are openmmlab and onedl))
VENV := $(if $(filter onedl,$(STACK)),.venv-onedl,.venv)
BIN := $(VENV)/bin
STAMP := $(VENV)/.complete
.PHONY: env demo test test-all lint clean help
.DEFAULT_GOAL := help

help:
	@sed -n 's/^# \(make .*\)/\1/p' $(MAKEFILE_LIST)

env: $(STAMP)

$(STAMP): requirements/constraints.txt requirements/build.txt requirements/$(STACK).txt setup.py tools/setup_environment.sh
	@bash tools/setup_environment.sh $(PYTHON) $(VENV) $(STACK)
	@touch $@

METHOD ?= track_rcnn
demo: env
	@$(BIN)/python tools/demo.py --method $(METHOD)

lint: env
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet mots_plugin data_converters tools tests setup.py
	@$(BIN)/mypy

test: lint
	@$(BIN)/python -m pytest -q -m "not slow"

test-all: lint
	@$(BIN)/python -m pytest -q

clean:
	rm -rf work_dirs demo_output build *.egg-info
