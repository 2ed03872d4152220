# Every target works from a clean clone: it installs what it needs (as root or through sudo), or says exactly what to install.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
CONFIGURATION ?= Release
export DOTNET_CLI_TELEMETRY_OPTOUT = 1
export DOTNET_NOLOGO = 1

CLI_DLL = src/Cli/bin/$(CONFIGURATION)/net10.0/PlaybookOperator.Cli.dll
SAMPLE_API_DLL = tests/SampleApi/bin/$(CONFIGURATION)/net10.0/PlaybookOperator.SampleApi.dll

.DEFAULT_GOAL := help
.PHONY: help run build test test-cluster fuzz mutants bench faults corpus crds pages fmt verify
include make/cluster.mk

help: ## print this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{ printf "%-14s %s\n", $$1, $$2 }'

run: ## run the sample scenario here: no cluster, no database
	@dotnet build src/Cli --configuration $(CONFIGURATION) --verbosity quiet
	@dotnet build tests/SampleApi --configuration $(CONFIGURATION) --verbosity quiet
	@hack/run.sh $(CLI_DLL) $(SAMPLE_API_DLL)

build: ## publish bin/playbook, bin/operator and bin/worker
	@hack/build.sh

test: ## all tests but those on a cluster; starts its own Postgres
	@hack/test.sh

test-cluster: ## the tests on a real cluster, which it starts if none is up
	@hack/test-cluster.sh

fuzz: ## throw generated inputs at every door (SEED=1 SECONDS=60; TARGET=one REPLAY=file); findings go to out/fuzz
	@hack/fuzz.sh --seed '$(or $(SEED),1)' --seconds '$(or $(SECONDS),60)' $(if $(TARGET),--target '$(TARGET)') $(if $(REPLAY),--replay '$(REPLAY)')

mutants: ## plant known bugs in the core, one by one, and expect the simulation to find each
	@hack/mutants.sh

faults: ## run a loop of 100,000 while workers, operator, database and API server are killed (needs cluster-up image deploy)
	@hack/faults.sh

bench: ## print figures and ratios, each against something run beside it
	@hack/bench.sh

corpus: ## ask Jinja2 and liquidjs again for the answers that the template tests compare with
	@eng/corpus/regenerate.sh

crds: ## generate the custom resource definitions from the C# types
	@dotnet build src/Cli --configuration $(CONFIGURATION) --verbosity quiet
	@mkdir -p crds
	@dotnet $(CLI_DLL) crds --directory crds
	@hack/chart/sync.sh

pages: ## write the pages of docs that are generated from the tests
	@for project in Cases Operator; do \
		WRITE_PAGES=1 dotnet test tests/$$project.Tests --configuration $(CONFIGURATION) --filter up_to_date --verbosity quiet --nologo; \
	done

fmt: ## format the code
	@dotnet format whitespace Operator.sln
	@dotnet format style Operator.sln --severity warn

verify: ## regenerate, check the format, build, test; fails on a dirty tree
	@$(MAKE) --no-print-directory crds
	@dotnet format whitespace Operator.sln --verify-no-changes
	@git diff --exit-code -- crds charts config docs || { echo "Generated files differ: commit what make crds made." >&2; exit 1; }
	@$(MAKE) --no-print-directory test
