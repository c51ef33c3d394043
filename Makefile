# The commands of the project. Each does all the set-up it needs, given Rust by rustup, a C compiler and Node.js.

SHELL := /bin/sh
export CARGO_TERM_COLOR ?= auto
CONFIG ?= example/yagura.yaml
DATA ?= data
LISTEN ?= 127.0.0.1:8600
target := $(or $(CARGO_TARGET_DIR),target)

.PHONY: help run dev test check fuzz budget bench lighthouse release assets toolchain

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: assets ## Build and start Yagura with the example configuration
	@echo "==> building the program"
	cargo build --package server
	$(target)/debug/yagura serve --config $(CONFIG) --data $(DATA) --listen $(LISTEN)

dev: toolchain ## Like run; rebuild and reload on change
	cargo xtask dev -- serve --config $(CONFIG) --data $(DATA) --listen $(LISTEN)

test: assets ## All tests: rules, store, probes, HTTP, faults, browser, API
	@echo "==> building the program and the tests"
	cargo build --package server
	cargo xtask senders
	cargo test --workspace
	@echo "==> browser tests"
	cargo xtask browser
	@echo "==> holding the API to its document"
	cargo xtask schemathesis
	@echo "==> fuzzing the reader of runbooks"
	cargo xtask fuzz
	@echo "==> weighing the pages"
	cargo run --package tests --bin budget

check: toolchain ## Formatting and lints, native and WASM
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- --deny warnings
	cargo clippy --package app --lib --target wasm32-unknown-unknown --no-default-features --features hydrate -- --deny warnings
	cargo clippy --package app --lib --target wasm32-unknown-unknown --no-default-features --features desk -- --deny warnings

budget: assets ## Weigh the pages on sample data; fails over a limit
	cargo run --package tests --bin budget

fuzz: ## Feed the reader of runbooks with whatever may break it, for 30 seconds
	cargo xtask fuzz

lighthouse: release ## Lighthouse on sample pages, as on a phone
	rm -rf $(target)/lighthouse-sample
	cargo run --package tests --bin sample $(target)/lighthouse-sample 20 mixed
	@$(target)/release/yagura serve --config $(target)/lighthouse-sample/yagura.yaml --data $(target)/lighthouse-sample/data \
	  --listen 127.0.0.1:8600 & pid=$$!; trap "kill $$pid" EXIT; sleep 5; \
	  cargo xtask lighthouse http://127.0.0.1:8600/en/ http://127.0.0.1:8600/ja/ http://127.0.0.1:8600/en/components/web

bench: release ## Measure, and print the table of the README
	cargo run --release --package tests --bin bench

release: assets ## One file with everything inside: target/release/yagura
	cargo build --release --package server
	@ls -l $(target)/release/yagura

assets: toolchain
	@echo "==> building what the browser gets"
	cargo xtask assets

# rust-toolchain.toml names the version; rustup fetches it, with the wasm target, when cargo first runs here.
toolchain:
	@command -v cargo >/dev/null || { echo "Rust is missing: install it by https://rustup.rs"; exit 1; }
	@command -v node >/dev/null || { echo "Node.js 20 or newer is missing"; exit 1; }
	@command -v cc >/dev/null || { echo "a C compiler is missing (Debian: apt-get install build-essential)"; exit 1; }
	@rustup target list --installed 2>/dev/null | grep -q wasm32-unknown-unknown || rustup target add wasm32-unknown-unknown
