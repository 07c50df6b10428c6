# The words of the house. `make help` lists them.
SHELL := /bin/sh
PYTHON_HERE := .venv/bin/python
.DEFAULT_GOAL := help

.PHONY: help setup run demo test test-long journeys kill-test check protos fmt routes tail parked docs lock

help: ## Lists these words
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: ## Installs everything into .venv (needs python3 3.11–3.13 with venv)
	@tools/setup.sh

run: setup ## Starts the whole house with a demo shop on http://127.0.0.1:8080
	@exec $(PYTHON_HERE) -m deploy.local run

demo: setup ## Tells the story of one customer, through the API of a running house or of one of its own
	@exec $(PYTHON_HERE) -m deploy.local demo

test: setup ## Proves it, on a real PostgreSQL and NATS of its own
	@exec $(PYTHON_HERE) -m pytest --numprocesses=2 --dist=loadfile

test-long: setup ## The same with every property tried four times as often: before a release, or at night
	@RAPPORT_THOROUGH=1 exec $(PYTHON_HERE) -m pytest --numprocesses=2 --dist=loadfile

journeys: setup ## Only the promises of the product, end to end
	@exec $(PYTHON_HERE) -m pytest tests/journeys

kill-test: setup ## Proves that nothing is lost, by force: make kill-test SEED=7
	@RAPPORT_KILL_SEED="$(SEED)" exec $(PYTHON_HERE) -m pytest -q -s -m kill tests/journeys/killing

check: setup ## Format, lint, types, protos and derived documents
	@$(PYTHON_HERE) tools/check.py

protos: setup ## Generates gen/ from protos/
	@.venv/bin/buf format -w protos
	@$(PYTHON_HERE) tools/protos.py

docs: setup ## Writes the derived documents
	@$(PYTHON_HERE) tools/documents.py

fmt: setup ## Formats code and protos
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix --quiet .
	@.venv/bin/buf format -w protos

routes: setup ## Lists what the gateway answers to
	@$(PYTHON_HERE) tools/routes.py

tail: setup ## Shows the facts of a running house as they are told
	@exec $(PYTHON_HERE) -m deploy.local tail

parked: setup ## Lists, shows or replays parked messages: make parked ARGS="replay ID"
	@$(PYTHON_HERE) -m deploy.local parked $(ARGS)

lock: setup ## Resolves the dependencies of pyproject.toml anew
	@tools/lock.sh
