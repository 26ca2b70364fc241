//! One table of one run: every operation beside its peer in another library and beside its limit.
//!
//! `--json FILE` writes the figures for `docs/performance.md`; `--quick` takes fewer of them. It fails if FF1 has fallen
//! far behind `fpe`.

mod cards;
mod ff1;
mod floors;
mod program;
mod reveals;
mod sealing;
mod series;

use std::process::ExitCode;
use std::time::Duration;

use panveil_benches::provider::Failure;
use panveil_benches::turns::{Row, Turns};
use panveil_benches::{Mode, say};
use serde_json::{Value, json};

fn main() -> Result<ExitCode, Failure> {
    let mode = Mode::from_arguments();
    let desk = reveals::Desk::new()?;
    let mut turns = Turns::default();
    ff1::add(&mut turns)?;
    cards::add(&mut turns)?;
    sealing::add(&mut turns)?;
    reveals::add(&mut turns, &desk)?;
    program::add(&mut turns, mode)?;
    turns.run(mode.choose(Duration::from_secs(40), Duration::from_secs(6)));

    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("?");
    say(&format!("\nthe fewest ns of all turns (load average {load})"));
    say(&format!(
        "{:<34} {:>8} {:>8}  {:<33} {}",
        "operation", "ns", "M/s", "beside its peer", "over its limit"
    ));
    for row in turns.rows() {
        say(&line(&turns, row));
    }
    let sizes = series::by_size(mode)?;
    let cores = series::by_cores(mode)?;
    let relations = floors::relations(&turns, &cores);
    say("");
    for (what, figure) in &relations {
        say(&format!("{what:<62} {figure:>7.2}"));
    }
    if let Some(file) = json_file() {
        let figures = json!({
            "load": load,
            "rows": turns.rows().iter().map(|row| value(&turns, row)).collect::<Vec<_>>(),
            "relations": relations,
            "sizes": sizes,
            "cores": cores,
        });
        std::fs::write(file, serde_json::to_string_pretty(&figures)?)?;
    }
    Ok(floors::check(&turns))
}

/// A row of the printed table.
fn line(turns: &Turns<'_>, row: &Row<'_>) -> String {
    let peer = row.peer.as_ref().map(|peer| format!("{:>6.1}x {peer}", turns.ns(peer) / row.ns));
    let limit = row.limit.as_ref().map(|limit| {
        let over = row.ns / turns.ns(limit);
        format!("{over:>5.2}x ({:>3.0} %) {limit}", 100.0 / over)
    });
    let (ns, rate) = (row.ns, 1e3 / row.ns);
    // Enough digits for what takes long.
    let digits = if rate < 0.1 { 4 } else { 2 };
    format!(
        "{:<34} {ns:>8.1} {rate:>8.digits$}  {:<33} {}",
        row.name,
        peer.unwrap_or_default(),
        limit.unwrap_or_default()
    )
}

/// A row of the written figures.
fn value(turns: &Turns<'_>, row: &Row<'_>) -> Value {
    json!({
        "name": row.name,
        "ns": row.ns,
        "peer": row.peer.as_ref().map(|peer| json!({"name": peer, "ns": turns.ns(peer)})),
        "limit": row.limit.as_ref().map(|limit| json!({"name": limit, "ns": turns.ns(limit)})),
    })
}

fn json_file() -> Option<String> {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--json");
    arguments.nth(1)
}
