# candor's commands. Everything runs from the checkout, in .venv.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
ARGS ?=
UV := $(shell command -v uv)
INSTALL := $(if $(UV),uv pip install --quiet --python $(RUN),$(RUN) -m pip install --quiet --disable-pip-version-check)

.DEFAULT_GOAL := help
.PHONY: help setup serve test test-clients check battery bench eval-detectors example-report cuda lock demo-model

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.installed ## make .venv and install what requirements.lock pins (with uv if it is there)

$(VENV)/.installed: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "candor needs Python 3.11 or newer: set PYTHON=/path/to/one"; exit 1; }
	@$(if $(UV),uv venv --quiet --allow-existing --python "$$(command -v $(PYTHON))",$(PYTHON) -m venv) $(VENV)
	@$(INSTALL) -r requirements.lock
	@touch $@

serve: setup ## serve the demo model on 127.0.0.1:8000; ARGS="--model … --port …" for another
	@$(RUN) -m server $(ARGS)

test: setup ## run the tests; ARGS="tests/scoring -k loop" for some
	@$(RUN) -m pytest $(ARGS)

test-clients: setup ## ask the demo model with real clients in environments of their own (fetched once); ARGS="openai litellm" for some
	@$(RUN) -m tests.outside.clients $(ARGS)

check: setup ## format, lint, check the types, then the tests
	@$(RUN) -m ruff format .
	@$(RUN) -m ruff check .
	@$(RUN) -m mypy
	@$(RUN) -m pytest

battery: setup ## run the probes against a server that runs; ARGS="--baseline gemma-3-demo --model lek-demo"
	@$(RUN) -m clients.battery --url http://127.0.0.1:8000 $(ARGS)

bench: setup ## measure candor beside the bare model and mlx_lm.server, long prompts, the cost of scoring, and adapters
	@$(RUN) -m bench.serving $(ARGS)
	@$(RUN) -m bench.long_prompts
	@$(RUN) -m bench.scoring_cost
	@$(RUN) -m bench.scorers
	@$(RUN) -m bench.adapters

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

lock: ## pin all dependencies anew, for every platform (needs uv)
	@uv pip compile --quiet --universal --python-version 3.11 --group dev --generate-hashes --custom-compile-command "make lock" --output-file requirements.lock pyproject.toml

demo-model: setup ## train the demo model and its adapters anew (installs PyTorch; about half an hour)
	@$(INSTALL) "torch==2.13.0"
	@$(RUN) -m tools.demo_model
