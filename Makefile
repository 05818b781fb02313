# SPDX-License-Identifier: Apache-2.0
# The commands of this project. `make` alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Demo and tests share one release build: the same flags for both, so that nothing is compiled twice.
TEST_FLAGS := -c release --disable-testable-imports --disable-xctest
PROGRAM := .build/release/autoglm
# Servers open many sockets, and programs many pipes: each kind has a turn of its own, within what one process may have open,
# and apart from the engine's tests, which take all processors.
# Those of brokers, of shared runs and of plugins start processes that must answer in time, many at once.
# A few at a time: all at once would each wait for the others, past their limits of time where processors are few.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH ?= 8
SERVER_TESTS := ^(HTTPAPITests|CatalogHTTPTests|RemoteModelsTests|EventMessagingTests|KServeHTTPTests|GRPCAPITests|KServeModelsTests|TelemetryExportTests|ServerTLSTests|InputsHTTPTests)
PROGRAM_TESTS := ^(AutoGLMCommandTests|PipelineStepsTests|PostgresConnectionsTests|CatalogStorageTests|ExperimentStorageTests)
HELPER_TESTS := ^(RunStorageTests|NATSMessagingTests|InputsMessagingTests|PluginHostTests|PostgresRunsTests)

.PHONY: help setup build release demo train-demo adaptive-demo test benchmarks tsan soundness format bench evaluate soak check-examples check-servers check-telemetry clean

help: ## List these commands
	@echo 'Open-AutoGLM for Swift. Start with: make demo'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F '|' '{ printf "%-21s%s\n", $$1, $$2 }'

setup: ## Check Swift, install missing Debian packages, fetch the default model
	@scripts/setup.sh

build: ## Build everything in debug, for work on the code
	swift build --build-tests

release: setup ## Build the program: .build/release/autoglm
	swift build -c release --product autoglm

demo: release ## Run the main job on the default model, shown step by step
	@scripts/demo.sh

train-demo: release ## Train a small intent model from sample dialogues, and use it in a pipeline
	@scripts/train-demo.sh

adaptive-demo: release ## Train two small models, and let the larger one answer only where the smaller one is not sure
	@scripts/adaptive-demo.sh

test: setup ## Run every test, in release; and other people's clients against the program
	@scripts/test-setup.sh
	@scripts/fetch-model.sh encoder >/dev/null
	@[ -n "$${AUTOGLM_OPENVINO:-}" ] || scripts/fetch-model.sh openvino >/dev/null
	@scripts/fetch-model.sh ocr >/dev/null
	swift test $(TEST_FLAGS) --skip '$(SERVER_TESTS)' --skip '$(PROGRAM_TESTS)' --skip '$(HELPER_TESTS)'
	swift test $(TEST_FLAGS) --skip-build --filter '$(SERVER_TESTS)'
	swift test $(TEST_FLAGS) --skip-build --filter '$(PROGRAM_TESTS)'
	swift test $(TEST_FLAGS) --skip-build --filter '$(HELPER_TESTS)'
	@echo 'Clients of OpenAI, Anthropic, Ollama, LangChain, llm, Triton and gRPC against autoglm serve:'
	@scripts/check-clients.sh

benchmarks: setup ## Check what the engine allocates per token against its limits (Benchmarks/)
	swift build -c release --product Benchmarks
	.build/release/Benchmarks Benchmarks/Thresholds/allocations.json

tsan: setup ## Run the engine's tests under Thread Sanitizer
	AUTOGLM_TESTS=InferenceEngineTests swift test $(TEST_FLAGS) --sanitize=thread --scratch-path .build-tsan

soundness: ## Check format, layers, imports, licence lines and bans
	@scripts/soundness.sh
	@scripts/test-soundness.sh
	@scripts/test-bench-report.sh

format: ## Format the Swift sources in place
	swift format --in-place --parallel --recursive Package.swift Sources Tests

bench: release ## Measure against llama.cpp, side by side (installs it the first time, about 9 minutes)
	@bench/llama.sh

evaluate: release ## 1,000 answers under schemas, schema suites and training on dialogues where they are, the float32 reference
	@scripts/evaluate.sh
	@scripts/evaluate-training.sh
	@scripts/evaluate-graphs.sh
	swift test $(TEST_FLAGS) --filter TransformerRuntimeTests
	AUTOGLM_LONG_SIMULATIONS=1 swift test $(TEST_FLAGS) --filter SimulationTests

soak: release ## Ten minutes each of clients on a server that is reloaded and killed, and of the program; 5,000 reloads; 200 killed runs; cut networks, as root; long conformance
	AUTOGLM_LONG_CONFORMANCE=1 AUTOGLM_TESTS=RemoteModelsTests,RunStorageTests,PostgresRunsTests swift test $(TEST_FLAGS) \
		--filter 'RandomCutTests|RunQueueTests|PostgresWorkerTests'
	@scripts/crash.sh 200
	@[ "$$(id -u)" != 0 ] || { scripts/partition.sh && scripts/partition.sh --postgres && scripts/partition.sh --postgres --nats; }
	@scripts/soak-serve.sh 5000
	@scripts/soak-clients.sh --minutes 10
	@scripts/soak.sh

check-examples: release ## Build and run the examples: plugins in C and Swift, camera and microphone, a cascade (some minutes)
	@scripts/check-examples.sh

check-telemetry: release ## Serve real receivers of telemetry: Arize Phoenix, rotel, Prometheus (installs them, once)
	@scripts/check-telemetry.sh
	@scripts/check-monitoring.sh

check-servers: release ## Check adapters against real servers: llama.cpp, transformers, Triton, our own (installs them, once)
	@scripts/check-servers.sh
	@scripts/check-triton.sh

clean: ## Remove what was built (the fetched model and the bench's peers stay)
	swift package clean
	rm -rf .build .build-tsan
