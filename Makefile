# One-word commands; CI calls the same. Each does its own set-up from a bare clone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test slow lint format check wheel schemas clean

help:           ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 12

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mtpipe needs Python 3.11 or newer; try: make PYTHON=python3.12 ...")'
	@echo "setting up $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	@$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@

demo: $(STAMP)  ## translate the example article with the built-in model and show the result
	@mkdir -p out
	@$(BIN)/mtpipe translate examples/article.ar.txt --format html --format md --output out --force
	@sed -n '/^|/p' out/article.ar.md | head -n 14
	@echo
	@echo "side by side, all rows: file://$(CURDIR)/out/article.ar.html"

test: $(STAMP)  ## pass all fast tests
	@$(BIN)/python -m pytest

# The cluster tests run a real Ray.
$(VENV)/.ray: $(STAMP)
	@$(BIN)/python -m pip install --quiet --editable ".[ray]"
	@touch $@

# The tests of conversions compare with a real transformers, whose tokenizers read SentencePiece through protobuf.
# torch first and by itself: one version, so that no other one is resolved.
$(VENV)/.convert: $(STAMP)
	@$(BIN)/python -m pip install --quiet "torch==2.13.0"
	@$(BIN)/python -m pip install --quiet --editable ".[convert]" protobuf
	@touch $@

slow: $(STAMP) $(VENV)/.ray $(VENV)/.convert  ## pass the slow tests: browser, packaging, interruption, kills, cluster
	@$(BIN)/python -m pytest -m slow

lint: $(STAMP)  ## ruff, mypy --strict, import-linter, the corpus checker
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m corpus.check

format: $(STAMP)  ## rewrite the code as ruff wants it
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

check: lint test  ## what a commit must pass

wheel: $(STAMP) ## build the wheel into dist/
	@$(BIN)/python -m build --wheel --outdir dist .

schemas:        ## fetch the schemas by which tests validate TMX and XLIFF (Debian packages; else these tests are skipped)
	@bash .ci/schemas

clean:          ## remove what the other commands made
	rm -rf $(VENV) out dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
