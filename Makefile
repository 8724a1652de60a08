PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test scan

# A throw-away repository, a commit that is stopped, its repair, a commit that passes.
demo: .venv/ready
	$(BIN)/python tests/demo.py

test: .venv/ready
	$(BIN)/python -m pytest -n auto --dist loadfile

# The main job on any repository or directory: make scan REPO=../other
scan: .venv/ready
	@test -n '$(REPO)' || { echo 'usage: make scan REPO=DIRECTORY' >&2; exit 2; }
	$(BIN)/hookline scan '$(REPO)'

.venv/ready: setup.cfg pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	$(BIN)/python -m compileall -q hooks
	@touch $@
