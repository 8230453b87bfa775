# What each command needs is made first and left alone when it is there.
#   make demo [ESTATE=compact|full]   the whole migration, with a business that runs meanwhile; make demo-down removes it
#   make test                         everything that is tested
#   make lab LAB=demo ESTATE=compact  only the lab, sources and business up; make lab-down LAB=demo
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
LAB ?= demo
ESTATE ?= compact

.PHONY: help setup engine image lab lab-down demo demo-down test lint sanity unit molecule matrix

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
	@. tools/environment.sh; exec python tools/demo.py --lab demo --estate $(ESTATE)

demo-down: engine
	@tools/lab.sh down demo

test: engine
	@tools/test.sh

lint sanity unit: setup
	@tools/$@.sh

matrix: engine
	@. tools/environment.sh; export LAB=traf ESTATE=shift; export LEDGER_OPTIONS='{"SLOW_UNTIL": "7200", "LATE_AFTER": "7200", "LATE_ONLINE": "30"}'; tools/lab.sh down traf && ansible-playbook molecule/traffic/open.yml && python tests/matrix/traffic.py --lab traf --long && tools/lab.sh down traf

# make molecule SCENARIO=rocketmq_topic
molecule: engine
	@tools/molecule.sh $(or $(SCENARIO),$(error name one: make molecule SCENARIO=rocketmq_topic))
