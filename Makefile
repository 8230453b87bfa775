# What each command needs is made first and left alone when it is there.
#   make demo [ESTATE=compact|full]   the whole migration, with a business that runs meanwhile; make demo-down removes it
#                                     DEMO=--kills ends the run three times on the way, by SIGKILL
#   make test                         everything that is tested
#   make lint unit sanity             what needs no engine; CONTRIBUTING.md has one test in seconds
#   make pages                        writes again what pages show of the code
#   make bench                        what it costs, beside mqadmin and Java's admin client; build/bench/report.json
#   make fidelity                     three random sources copied, compared by an independent reader and by mqadmin
#   make lab LAB=demo ESTATE=compact  only the lab, sources and business up; make lab-down LAB=demo
# PACE=quick shortens the periods of a lab's clients, brokers and gates to about a third (make test does); production's otherwise.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
LAB ?= demo
ESTATE ?= compact

.PHONY: help setup engine image lab lab-down demo demo-down test bench matrix fidelity lint sanity unit core pages molecule

help:
	@sed -n 's/^#   //p' Makefile

setup:
	@tools/setup.sh

engine: setup
	@tools/engine.sh

image: engine
	@tools/lab.sh image

lab: engine
	@tools/lab.sh up $(LAB) $(ESTATE)

lab-down: engine
	@tools/lab.sh down $(LAB)

demo: engine
	@. tools/environment.sh; exec python tests/lab/driver/demo.py --lab demo --estate $(ESTATE) $(DEMO)

demo-down: engine
	@tools/lab.sh down demo

test: engine
	@tools/test.sh

# The long chains, hours of them; MATRIX="undo" for one alone. What each step took is in build/matrix.
matrix: image
	@tools/matrix.sh $(MATRIX)

# BENCH='--parts create' and the like: python tests/benchmarks/run.py --help
bench: image
	@. tools/environment.sh; exec python tests/benchmarks/run.py $(BENCH)

fidelity: image
	@. tools/environment.sh; exec python tests/matrix/fidelity/run.py

lint sanity unit pages: setup
	@tools/$@.sh

# make core CORE=2.16: one of requirements/cores.yml; PARTS=unit for its unit tests alone
core: setup
	@. tools/environment.sh; exec python tests/matrix/cores.py --parts $(or $(PARTS),unit sanity) \
	  --cores $(or $(CORE),$(error name one: make core CORE=2.16))

# make molecule SCENARIO=rocketmq_topic
molecule: engine
	@tools/molecule.sh $(or $(SCENARIO),$(error name one: make molecule SCENARIO=rocketmq_topic))
