//! Writes the corpus, or what the finder makes of it.
//!
//! `panveil-corpus text|encoded|hard|negatives|log COUNT [SEED]` writes lines (for `log`, bytes);
//! `panveil-corpus accuracy COUNT [SEED]` prints the tables of `docs/scan-accuracy.md`, `--examples` with lines that were
//! missed or found wrongly, and `--into FILE` writes them between the marks of that file. The numbers in the lines are made up.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use panveil::scan::{Confidence, Finder};
use panveil_corpus::accuracy::Accuracy;
use panveil_corpus::chance::Chance;
use panveil_corpus::line::Line;
use panveil_corpus::log::Log;
use panveil_corpus::negatives::Negatives;
use panveil_corpus::positives::{Group, Positives};

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (Some(what), Some(count)) =
        (arguments.first(), arguments.get(1).and_then(|count| count.parse().ok()))
    else {
        writeln!(
            io::stderr(),
            "panveil-corpus text|encoded|hard|negatives|log|accuracy COUNT [SEED] [--examples]"
        )?;
        return Ok(ExitCode::from(2));
    };
    let seed = arguments.get(2).and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let mut out = BufWriter::new(io::stdout().lock());
    let mut lines = |mut next: Box<dyn FnMut() -> Line>| -> io::Result<()> {
        for _ in 0..count {
            out.write_all(&next().text)?;
            out.write_all(b"\n")?;
        }
        out.flush()
    };
    match what.as_str() {
        "log" => io::stdout().write_all(&Log::new(seed).text(count).0)?,
        "negatives" => {
            let mut source = Negatives::new(seed)?;
            lines(Box::new(move || source.line()))?;
        }
        "accuracy" => {
            let mut text = Vec::new();
            tables(&mut text, count, seed, arguments.iter().any(|argument| argument == "--examples"))?;
            match arguments.iter().skip_while(|argument| *argument != "--into").nth(1) {
                Some(file) => put_between_marks(file, &String::from_utf8(text)?)?,
                None => out.write_all(&text)?,
            }
        }
        other => {
            let Some(group) = group(other) else { return Ok(ExitCode::from(2)) };
            let mut source = Positives::new(seed, group);
            lines(Box::new(move || source.line()))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

const BEGIN: &str = "<!-- begin of what `panveil-corpus accuracy` writes -->\n";
const END: &str = "<!-- end of what `panveil-corpus accuracy` writes -->";

fn put_between_marks(file: &str, tables: &str) -> Result<(), Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string(file)?;
    let (before, rest) = text.split_once(BEGIN).ok_or("the file has no mark to begin at")?;
    let (_, after) = rest.split_once(END).ok_or("the file has no mark to end at")?;
    Ok(std::fs::write(file, format!("{before}{BEGIN}\n{tables}{END}{after}"))?)
}

fn group(name: &str) -> Option<Group> {
    match name {
        "text" => Some(Group::Text),
        "encoded" => Some(Group::Encoded),
        "hard" => Some(Group::Hard),
        _ => None,
    }
}

fn tables(
    out: &mut impl Write,
    count: usize,
    seed: u64,
    examples: bool,
) -> Result<(), Box<dyn std::error::Error>> {
    let finder = Finder::new().at_least(Confidence::Low);
    let mut chance = Chance::new(seed);
    let mut negatives = Negatives::new(seed)?;
    let positives = |group| {
        let mut source = Positives::new(seed, group);
        move || source.line()
    };
    let tables = [
        ("Text", Accuracy::of(finder, count, &mut chance, positives(Group::Text))),
        (
            "Dumps and base64",
            Accuracy::of(finder.with_base64(), count / 10, &mut chance, positives(Group::Encoded)),
        ),
        ("Hard", Accuracy::of(finder, count / 10, &mut chance, positives(Group::Hard))),
        ("No card data", Accuracy::of(finder, count, &mut chance, || negatives.line())),
        (
            "No card data, looking into base64",
            Accuracy::of(finder.with_base64(), count, &mut chance, || negatives.line()),
        ),
    ];
    for (title, accuracy) in &tables {
        let total = accuracy.total();
        writeln!(out, "### {title}\n\n{accuracy}")?;
        let (recall, wrong) =
            (100.0 * total.recall(Confidence::Medium), 100.0 * total.false_rate(Confidence::Medium));
        writeln!(
            out,
            "At medium confidence and above: {recall:.3} % of the lines found whole, false hits in {wrong:.4} % of the lines.\n"
        )?;
        for example in accuracy.examples.iter().filter(|_| examples) {
            writeln!(out, "{} | {}: {:?} -> {:?}", example.row, example.fault, example.text, example.hits)?;
        }
    }
    Ok(out.flush()?)
}
