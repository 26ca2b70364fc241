# Two commands do everything, the toolchain included: make demo, make test.

CARGO ?= cargo
export PATH := $(HOME)/.cargo/bin:$(PATH)
# Incremental files help nobody in a run from a clean checkout.
export CARGO_INCREMENTAL ?= 0

# The texts beside tests/compile_fail/ are those of one compiler; another one only has to refuse the code.
ifneq ($(findstring rustc 1.95.,$(shell rustc --version 2>/dev/null)),rustc 1.95.)
export TRYBUILD := overwrite
endif

.PHONY: help demo test lint unit ffi java shop replay bench-quick bench bench-ffi bench-java instructions measure fuzz doc install tools tools-java clean

help:
	@echo "make demo    build, protect a legacy card table, reveal one card, be refused in every way, verify the log"
	@echo "make test    all checks, as in CI"
	@echo "make bench   all benchmarks; writes the table and the plots of docs/performance.md"
	@echo "make instructions   instruction counts of ten operations against their baseline"
	@echo "make measure speed and peak memory of protect on a million rows, and of scan on 256 MB"
	@echo "make install PREFIX=/usr/local   the C library with headers, pkg-config file and CMake package"
	@echo "make fuzz    all fuzzers, FUZZ_SECONDS=60 each"

demo: tools-java
	$(CARGO) build --release --locked -p panveil-cli --bin panveil --examples
	$(CARGO) build --release --locked -p panveil --features vault --example test_issuer
	bash examples/demo.sh
	bash examples/legacy-shop/run.sh demo

test: lint unit ffi java shop doc replay bench-quick instructions
	@echo "make test: everything passed"

lint: tools
	@if $(CARGO) fmt --version >/dev/null 2>&1; then $(CARGO) fmt --all --check; else echo "rustfmt is not installed: skipped"; fi
	@if $(CARGO) clippy --version >/dev/null 2>&1; then \
	  $(CARGO) clippy --locked --workspace --exclude panveil-benches --all-features --all-targets -- -D warnings && \
	  $(CARGO) clippy --locked -p panveil-benches --all-targets -- -D warnings; \
	else echo "clippy is not installed: skipped"; fi
	$(CARGO) check --locked -p panveil --no-default-features
	bash scripts/check-text.sh

unit: tools
	$(CARGO) test --locked --workspace --exclude panveil-benches --all-features
	$(CARGO) test --locked -p panveil-benches

ffi: tools
	bash scripts/test-ffi.sh

java: tools-java
	bash scripts/test-java.sh

shop: tools-java
	bash scripts/test-shop.sh

doc: tools
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --no-deps -p panveil --all-features

# In the library's own target folder: most of its dependencies are there already.
replay: tools
	$(CARGO) test --locked --manifest-path fuzz/Cargo.toml --target-dir "$${CARGO_TARGET_DIR:-target}"

bench-quick: tools
	$(CARGO) bench --locked -p panveil-benches -- --quick

bench: tools
	mkdir -p target
	$(CARGO) build --release --locked -p panveil-cli --bin panveil --examples
	$(CARGO) bench --locked -p panveil-benches --features aws-lc --bench table -- --json "$(CURDIR)/target/figures.json"
	$(CARGO) run --release --locked -p panveil-benches --example figures -- target/figures.json
	$(CARGO) bench --locked -p panveil-benches --bench tokens --bench sealing --bench reveal --bench audit

instructions: tools
	bash scripts/instructions.sh

bench-ffi: tools
	bash scripts/bench-ffi.sh

bench-java: tools-java
	bash scripts/bench-java.sh

PREFIX ?= /usr/local
install: tools
	bash scripts/install-ffi.sh "$(PREFIX)"

measure: tools
	$(CARGO) build --release --locked -p panveil-cli --bin panveil --examples
	$(CARGO) build --release --locked -p panveil-corpus
	bash scripts/measure-protect.sh
	bash scripts/measure-scan.sh

fuzz: tools
	bash scripts/fuzz.sh

tools:
	@bash scripts/toolchain.sh

tools-java:
	@bash scripts/toolchain.sh java

clean:
	$(CARGO) clean
	$(CARGO) clean --manifest-path fuzz/Cargo.toml
	rm -rf demo
