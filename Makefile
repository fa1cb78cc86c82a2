# Slipway. Logic is in tools/; this file only says what depends on what. What does not is done side by side, in two lanes.
MAKEFLAGS += --jobs=2 --no-print-directory
unexport MAKEFLAGS MFLAGS
export PORT ?= 8787
ENV ?=
common := Cargo.toml Cargo.lock rust-toolchain.toml package-lock.json tools/env.mjs $(shell find shared)
page := build/site/index.html
edge := build/worker/index.js
native := cargo run --quiet --locked --profile sim -p tests --features sabotage,arbitrary
wrangler := WRANGLER_SEND_METRICS=false WRANGLER_HIDE_BANNER=true node_modules/.bin/wrangler

help: ## Say what there is to make
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

start: build ## Serve everything at http://localhost:8787 (PORT=… for another), after building what changed
	@node tools/serve.mjs
test: sources product ## Prove everything: lints, Rust, a dry deployment, validators, the contract, real machines, a real browser
check: setup ## The quick half of test: format, lints, Rust tests
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cargo clippy -p worker-edge -p frontend --target wasm32-unknown-unknown --locked -- -D warnings
	cargo test --workspace --locked --quiet
sources: check | tools
	BUDGET=60 POINTS=1 $(native) --bin sim
	$(native) --example eject -- 20 >build/ejected.jsonl && build/python -m pytest -q tests/eject
	build/python -m pytest -q tests/bootstrap
product: build | tools
	node tools/bench.mjs --quick
	for suite in contract live openapi; do node tests/server.mjs build/python -m pytest -q tests/$$suite || exit; done
	node --test --test-reporter=spec --test-concurrency=1 --test-timeout=600000 tests/wire/*.spec.mjs tests/machines/*.spec.mjs tests/browser/*.spec.mjs
sim: ## Live thousands of lives with everything going wrong (SEED=… tells one; BUDGET= seconds, LIVES=, POINTS=1 or 2)
	$(native) --bin sim
torture: build ## Kill the real runtime under launches and destroys (KILLS=50, SEED=… for the same schedule)
	@node tests/torture/torture.mjs
bench: build ## Measure everything, beside what it may be; JSON in build/bench.json
	@node tools/bench.mjs
deploy: build ## Publish to Cloudflare (ENV=production for the custom domain)
	$(wrangler) deploy --env="$(ENV)"
bundle: build ## Pack what is built for who has no Rust: build/slipway-<version>.tar.gz
	@node tools/bundle.mjs
pictures: build ## Take the pictures of README.md anew, from a life in the sandbox
	@node tools/screenshot.mjs
setup: ## Install what is missing
	@node tools/setup.mjs
tools: setup
	@node tools/setup.mjs browser machines python shellcheck
build: $(page) $(edge) ## Build the page and the Worker
$(page): $(common) $(shell find frontend) tools/build-page.mjs tools/order.mjs tools/wasm.mjs | setup ; node tools/build-page.mjs
$(edge): $(common) $(shell find sandbox worker) tools/build-worker.mjs tools/order.mjs tools/wasm.mjs | setup ; node tools/build-worker.mjs
.PHONY: help start test check sim bench torture deploy bundle setup tools build sources product
