# `make demo` and `make test` do everything on a fresh machine; `make help` lists the rest.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
# More threads than free cores make small networks slower, not faster.
export OMP_NUM_THREADS ?= 1

SOURCES  := setup.py setup.cfg package.xml constraints.txt \
            $(shell find pi0_ros launch config checkpoints resource runtime/src runtime/pyproject.toml \
              -type f -not -name '*.pyc' -not -path '*/.*' -not -path '*.egg-info/*')
DURATION := $(if $(filter-out 0,$(HOLD)),0,28)
OUTPUT   := demo_output
CHECKPOINT ?= checkpoints/demo
TRAINED  := train_output
TRIALS   ?= 100
OTHERS   ?= 20
CASE     ?= cpu
AGAINST  ?=

.PHONY: help demo test contract lint bench-pipeline bench-executor bench-seams bench-runtime bench-inference eval-demo bench-closed-loop eval-topics train-demo setup system clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

setup: $(STAMP)  ## make the virtual environment with everything in it

demo: $(STAMP)  ## the simulated robot, π0, the executor and a viewer (HOLD=1: until Ctrl-C)
	mkdir -p $(OUTPUT) && rm -f $(OUTPUT)/demo.*
	. $(BIN)/activate && ros2 launch pi0_ros demo.launch.py \
	  duration:=$(DURATION) film:=$(CURDIR)/$(OUTPUT)/demo.webm
	@ls $(OUTPUT)/demo.* > /dev/null  # no film, no demo

test: $(STAMP)  ## every test
	. $(BIN)/activate && python -m pytest test runtime/test

ifdef AMENT_PREFIX_PATH
contract:  ## what we rely on in ROS 2, against the one that is sourced or the runtime
	$(PYTHON) -m pytest test/contract
else
contract: $(STAMP)
	. $(BIN)/activate && python -m pytest test/contract
endif

lint: $(STAMP)  ## style and types
	. $(BIN)/activate && ruff check . && ruff format --check . && mypy pi0_ros && mypy runtime/src

bench-pipeline: $(STAMP)  ## latency from image stamp to chunk, and the executor's ticks
	. $(BIN)/activate && python benchmarks/pipeline.py

bench-executor: $(STAMP)  ## what a tick and its messages cost, and how late a loop of 500 Hz is
	. $(BIN)/activate && python benchmarks/executor.py

bench-seams: $(STAMP)  ## how chunks are joined under delay, beside what others do; renews doc/seams*
	. $(BIN)/activate && python -m benchmarks.seams

bench-runtime: $(STAMP)  ## the runtime against its goals: pictures, round trips, start, memory
	. $(BIN)/activate && python benchmarks/runtime.py

bench-inference: $(STAMP)  ## a chunk's time by stage beside its floor (CASE=cpu); renews doc/performance*
	. $(BIN)/activate && python -m benchmarks.inference --case $(CASE) --series --cheaper $(AGAINST)

eval-demo: $(STAMP)  ## how often the robot does what it is told (TRIALS=100 OTHERS=20 scenes each)
	. $(BIN)/activate && python -m pi0_ros.sim.evaluate $(CHECKPOINT) --all \
	  --trials $(TRIALS) --others $(OTHERS)

bench-closed-loop: $(STAMP)  ## what delay costs, by how chunks are taken over (OTHERS=20 scenes each)
	. $(BIN)/activate && python benchmarks/closed_loop.py $(CHECKPOINT) --trials $(OTHERS)

eval-topics: $(STAMP)  ## the same through ROS, all nodes as processes, in real time
	. $(BIN)/activate && python benchmarks/demo_over_topics.py $(CHECKPOINT)

train-demo: $(STAMP)  ## the demo's checkpoint from nothing, into train_output/ (hours)
	. $(BIN)/activate && python -m pi0_ros.train.demonstrate $(TRAINED)/demonstrations \
	  && python -m pi0_ros.train.demo_start $(TRAINED)/start \
	  && python -m pi0_ros.train --robot config/robots/aloha_sim.yaml \
	    --data $(TRAINED)/demonstrations --start $(TRAINED)/start --output $(TRAINED)/demo \
	    --settings config/train/demo.yaml

clean:  ## remove what was made here
	rm -rf $(VENV) $(OUTPUT) $(TRAINED) evaluation build *.egg-info runtime/build runtime/src/*.egg-info

$(STAMP): $(SOURCES)
	@$(PYTHON) tools/system_packages.py
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@rm -rf build runtime/build  # setuptools would install what was deleted since
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt \
	  torch ./runtime '.[bench,convert,jerk,lerobot,record,remote,sim,test]' mypy ruff types-PyYAML
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt \
	  --no-deps gym-aloha openpi-client
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --force-reinstall ./runtime .
	@touch $@
