//! Every input that was ever kept, and a number of mutations of them that is the same in every run, on stable.
//!
//! `PANVEIL_FUZZ_RUNS=N` gives each target N mutated inputs instead of its short run; `PANVEIL_FUZZ_SEED` another
//! sequence of them.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::time::Instant;

use panveil_fuzz::mutate::{Mutator, inputs, words};
use panveil_fuzz::{TARGETS, Target};

fn place(part: &str, target: &Target) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(part).join(target.name)
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

fn replay_and_mutate(target: &Target) {
    let corpus = inputs(&place("corpus", target));
    assert!(!corpus.is_empty(), "the corpus of {} is empty", target.name);
    let kept: Vec<_> = corpus.into_iter().chain(inputs(&place("regressions", target))).collect();
    for (name, input) in &kept {
        run(target, input, name);
    }
    let dictionary = place("dictionaries", target).with_extension("dict");
    let seed = number("PANVEIL_FUZZ_SEED").unwrap_or(1);
    let files = kept.into_iter().map(|(_, input)| input).collect();
    let mut mutator = Mutator::new(files, words(&dictionary), seed);
    let runs = number("PANVEIL_FUZZ_RUNS").unwrap_or(target.short_run);
    let began = Instant::now();
    let mut input = Vec::new();
    for round in 0..runs {
        mutator.next(&mut input);
        run(target, &input, &format!("mutation {round} of seed {seed}"));
    }
    println!("{}: {runs} mutated inputs in {:.1?}", target.name, began.elapsed());
}

/// Runs one input; if it panics, says which, and keeps it.
fn run(target: &Target, input: &[u8], name: &str) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| (target.run)(input))) {
        let file = std::env::temp_dir().join(format!("panveil-fuzz-{}-{}", target.name, std::process::id()));
        std::fs::write(&file, input).expect("a place for the input");
        eprintln!("{} fails on {name}; the input is in {}", target.name, file.display());
        resume_unwind(panic);
    }
}

macro_rules! replays {
    ($($(#[$doc:meta])* $name:ident: $target:literal,)*) => {
        $($(#[$doc])* #[test]
        fn $name() {
            replay_and_mutate(TARGETS.iter().find(|target| target.name == $target).expect("a target"));
        })*

        #[test]
        fn every_target_is_replayed() {
            let replayed = [$($target),*];
            assert_eq!(replayed.to_vec(), TARGETS.iter().map(|target| target.name).collect::<Vec<_>>());
        }
    };
}

replays! {
    ac_01_no_input_makes_the_card_number_parsers_panic: "pan",
    sealed_records: "sealed",
    keyrings: "keyring",
    policies: "policy",
    configurations: "config",
    audit_logs: "audit",
    checkpoints: "checkpoint",
    identities: "identity",
    key_sets: "jwks",
    rows_of_tables: "rows",
    handles: "handle",
    manifests: "manifest",
    requests_to_the_gate: "gate",
    ac_60_callers_of_the_c_abi: "ffi",
    redacted_text_holds_nothing_that_is_found: "scan",
}
