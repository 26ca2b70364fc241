//! What must not compile (AC-02, AC-03, AC-40): each file of `compile_fail/` with the errors beside it. The texts are
//! those of one compiler; `TRYBUILD=overwrite` writes them anew, and the diff shows whether an error went away.

#![cfg(feature = "vault")]

#[test]
fn ac_02_ac_03_ac_40_what_must_not_compile_does_not() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/compile_fail/*.rs");
}
