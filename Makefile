# Thin by design: each target calls scripts/, cargo or npm.

.DEFAULT_GOAL := help
SHELL := /bin/bash
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1

web_sources := $(shell find web -name node_modules -prune -o -name dist -prune -o -name '*.tsbuildinfo' -prune -o -type f -print)

.PHONY: help run test-booking-race test-zones test-api sim bench-instructions web web-deps e2e-deps test e2e lint format bench-forward bench-join bench-quality bench-load bench-stages bench-api bench-pages fuzz pictures release clean

help: ## This list
	@awk -F ': .*## ' '/^[a-z0-9-]+:.*## / { printf "make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: tools web ## Build everything and start on http://localhost:8080 with demo people
	@scripts/run.sh

test: ## Every check: format, lints, unit and integration tests on both databases, browsers
	@scripts/test.sh

test-booking-race: ## A large crowd after the same times, on both databases: JSON lines (RACE_ATTEMPTS=100000)
	@scripts/test-booking-race.sh

test-zones: ## Openings around every change of clocks until 2035, beside an oracle: a JSON line (needs Python with pip)
	@scripts/test-zones.sh

test-api: web ## The whole API under hostile input, by schemathesis: JSON lines (needs Python with venv; ARGS="--examples 20 --role mentor")
	@scripts/test-api.sh $(ARGS)

e2e: web e2e-deps ## The browser tests alone (ARGS="-g 'screen'" to pick some)
	cargo test --workspace --no-run
	scripts/e2e.sh $(ARGS)

lint: web-deps ## Clippy, ESLint and TypeScript, warnings as errors
	cargo clippy --workspace --all-targets -- -D warnings
	npm --prefix web run types
	npm --prefix web run lint

format: web-deps e2e-deps ## Lay out all code
	cargo fmt
	npm --prefix web run format
	npm --prefix tests/e2e run format

sim: ## The media plane on a bad network, simulated: SEEDS=1000, or one run: SCENARIO=loss SEED=17
	@SIM_SEEDS='$(SEEDS)' SIM_SEED='$(SEED)' SIM_SCENARIO='$(SCENARIO)' \
	  cargo test --quiet -p sfu-core --test media sim:: -- --nocapture

bench-instructions: ## Instructions a packet costs among 10, 100 and 1,000 people, counted by valgrind: JSON lines
	@SFU_INSTRUCTIONS_ALL=1 cargo test --quiet -p sfu-core --test media a_packet_costs -- --nocapture | grep '^{'

bench-api: ## How fast the API answers on a lot of data, on both databases: JSON lines (MENTORS=5000 for less)
	@scripts/bench-api.sh

bench-pages: web bench/pages/node_modules/.package-lock.json ## Public pages by Lighthouse, against the release binary: JSON lines (RUNS=1)
	cargo build --release --bin facementor
	@scripts/bench-pages.sh

bench-join: web e2e-deps ## Join click to first decoded frame in real browsers, as JSON lines
	cargo build --release --bin facementor
	scripts/bench-join.sh $(ARGS)

bench-forward: ## Forwarding beside its limit and beside Janus, three times: JSON lines (ARGS="--help")
	@scripts/bench-forward.sh $(ARGS)

bench-stages: ## What each stage of forwarding costs by itself (criterion): JSON lines
	@scripts/bench-stages.sh $(ARGS)

bench-quality: web e2e-deps ## Calls of real browsers over a bad network: JSON lines (REPEAT=1 CASE_SECONDS=30 ARGS="-g loss5")
	cargo build --release --bin facementor
	cargo build --release --manifest-path bench/sfu-load/Cargo.toml
	scripts/bench-quality.sh $(ARGS)

bench-load: ## One publisher to fifty subscribers over WHIP and WHEP, as a JSON line
	cargo build --release --bin facementor
	cargo build --release --manifest-path bench/sfu-load/Cargo.toml
	@scripts/bench-load.sh $(ARGS)

fuzz: ## Every fuzz target under libFuzzer, TIME seconds each (600)
	@scripts/fuzz.sh

pictures: web e2e-deps ## Take the README's pictures anew, of the real product
	cargo build --workspace --bin facementor
	cd tests/e2e && npx --no-install playwright test --config pictures.config.ts

release: web ## The optimized binary, target/release/facementor
	cargo build --release --locked --bin facementor

web: web/dist/index.html ## Build the pages into web/dist

web-deps: web/node_modules/.package-lock.json

e2e-deps: tests/e2e/node_modules/.package-lock.json

.PHONY: tools
tools:
	@scripts/require-tools.sh

web/dist/index.html: web/node_modules/.package-lock.json $(web_sources)
	npm --prefix web run build
	@touch $@

%/node_modules/.package-lock.json: %/package-lock.json
	npm --prefix $* ci --no-audit --no-fund
	@touch $@

clean: ## Remove what was built (not ./data)
	cargo clean
	rm -rf web/dist web/node_modules tests/e2e/node_modules tests/e2e/test-results bench/pages/node_modules bench/sfu-load/target bench/stages/target fuzz/target
