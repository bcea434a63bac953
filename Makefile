# popgen's jobs. `make demo` and `make test` need nothing but Python 3.11 or newer with venv, and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# popgen-starter is installed and built as soon as its weights are there; pip reads what stands on its command line before
# the file of requirements, and must meet popgen-core first
WEIGHTS := $(wildcard packages/popgen-starter/src/popgen_starter/*.safetensors)
STARTER := $(if $(WEIGHTS),packages/popgen-starter)
PARTS := $(filter-out packages/popgen-starter,$(wildcard packages/*)) $(STARTER)
PACKAGES := popgen_core popgen_encoders popgen_eval popgen_cli $(if $(WEIGHTS),popgen_starter)
WORKERS ?= 2
WHEELS ?= wheels
SLOW ?= 1

export PYTHONDONTWRITEBYTECODE := 1

.PHONY: help environment demo starter test check format bench docs site wheels clean

help:  ## list the jobs
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

environment: $(READY)  ## install popgen and its tools into .venv

$(READY): requirements-dev.txt constraints.txt $(wildcard packages/*/pyproject.toml) $(WEIGHTS)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -r requirements-dev.txt $(if $(STARTER),-e "packages/popgen-core[torch]" -e $(STARTER))
	touch $@

demo: $(READY)  ## let the starter, or a small model that is trained first, write a song; all of it lies in demo/
	rm -rf demo
	$(BIN)/popgen demo -o demo

starter: $(READY)  ## pack RUN, its weights under LICENCE, as the starter: packages/popgen-starter
	$(BIN)/python packages/popgen-starter/make.py $(RUN) --licence $(LICENCE) $(STARTER_OPTIONS)

test: $(READY)  ## run the test suite (SLOW=0 leaves out the long ones)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(if $(filter 0,$(SLOW)),-m "not slow")

check: $(READY)  ## lint and type-check
	$(BIN)/ruff check packages tests benchmarks docs examples
	$(BIN)/ruff format --check packages tests benchmarks docs examples
	$(BIN)/mypy $(addprefix -p ,$(PACKAGES))

format: $(READY)  ## format the code
	$(BIN)/ruff check --fix packages tests benchmarks docs examples
	$(BIN)/ruff format packages tests benchmarks docs examples

bench: $(READY)  ## run every benchmark
	for each in benchmarks/*.py; do $(BIN)/python $$each || exit 1; done

docs: $(READY)  ## write the pages of docs/ that the code makes: commands, figures, recipes, kinds
	for each in docs/write_*.py; do $(BIN)/python $$each || exit 1; done

site: $(READY)  ## build the documentation as a site in site/
	rm -rf site
	$(BIN)/sphinx-build --fail-on-warning --keep-going --quiet --conf-dir docs . site

wheels: $(READY)  ## build a wheel of every distribution into wheels/
	rm -rf $(WHEELS)
	for each in $(PARTS); do $(BIN)/python -m build --quiet --wheel --no-isolation --outdir $(WHEELS) $$each || exit 1; done

clean:  ## remove what the other jobs made
	rm -rf $(VENV) demo site wheels
