//! `panveil protect` on a table of CSV, run as people run it.

use std::path::PathBuf;
use std::process::Command;

use panveil_benches::lab::directory;
use panveil_benches::provider::Failure;
use panveil_benches::turns::Turns;
use panveil_benches::{Mode, say};

/// The release program beside this one; `PANVEIL_PROGRAMS` names another folder.
fn programs() -> Option<PathBuf> {
    let named = std::env::var_os("PANVEIL_PROGRAMS").map(PathBuf::from);
    let folder = named.or_else(|| Some(std::env::current_exe().ok()?.parent()?.parent()?.to_path_buf()))?;
    (folder.join("panveil").is_file() && folder.join("examples/legacy_export").is_file()).then_some(folder)
}

/// Adds the time of a row, with and without sealing, the best of three runs; says so where the program was not built.
pub(crate) fn add(turns: &mut Turns<'_>, mode: Mode) -> Result<(), Failure> {
    let Some(programs) = programs() else {
        say("protect of CSV: SKIPPED, there is no release build of panveil (`make bench` makes one)");
        return Ok(());
    };
    let place = directory()?;
    let table = Command::new(programs.join("examples/legacy_export"))
        .args(["--rows", mode.choose("1000000", "100000")])
        .output()?;
    std::fs::write(place.path().join("legacy.csv"), table.stdout)?;
    let run = |arguments: &[&str]| -> Result<Vec<u8>, Failure> {
        let mut command = Command::new(programs.join("panveil"));
        let ran = command
            .args(arguments)
            .current_dir(place.path())
            .env("PANVEIL_PASSPHRASE", "measure")
            .output()?;
        // Status 1 tells of rows that were rejected: the table has some.
        if !matches!(ran.status.code(), Some(0 | 1)) {
            return Err(String::from_utf8_lossy(&ran.stderr).into());
        }
        Ok(ran.stdout)
    };
    run(&["init", "vault", "--profile", "dev"])?;
    let protect = ["protect", "vault", "--in", "legacy.csv", "--out", "out.csv", "--force", "--json"];
    let cards = ["--pan-column", "card_number", "--layout", "auto"];
    for (name, more) in [
        ("protect a row of CSV", &[][..]),
        ("protect and seal a row of CSV", &["--seal", "--record-column", "id"]),
    ] {
        let mut best = 0.0_f64;
        for _ in 0..3 {
            let summary = run(&[&protect[..], &cards, more].concat())?;
            let summary: serde_json::Value = serde_json::from_slice(&summary)?;
            best = best.max(summary["rows_per_second"].as_f64().ok_or("no rows_per_second")?);
        }
        turns.put(name, 1e9 / best);
    }
    Ok(())
}
