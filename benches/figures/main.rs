//! Writes the measured part of `docs/performance.md` and its plots from the file that the program `table` wrote.
//!
//! `figures FILE`, in the root of the project.

mod plot;

use std::fs;

use panveil_benches::provider::Failure;
use plot::{Line, Plot};
use serde_json::Value;

const DOCUMENT: &str = "docs/performance.md";
const BEGIN: &str = "<!-- begin of what `make bench` writes -->\n";
const END: &str = "<!-- end of what `make bench` writes -->";

fn main() -> Result<(), Failure> {
    let file = std::env::args().nth(1).ok_or("which file of figures?")?;
    let figures: Value = serde_json::from_str(&fs::read_to_string(file)?)?;
    let text = fs::read_to_string(DOCUMENT)?;
    let (before, rest) = text.split_once(BEGIN).ok_or("no begin in the document")?;
    let (_, after) = rest.split_once(END).ok_or("no end in the document")?;
    fs::write(DOCUMENT, format!("{before}{BEGIN}{}{END}{after}", table(&figures)?))?;
    fs::write("docs/tokens-by-batch.svg", by_size(&figures)?.svg())?;
    fs::write("docs/ff1-by-length.svg", by_length(&figures)?.svg())?;
    fs::write("docs/tokens-by-cores.svg", by_cores(&figures)?.svg())?;
    Ok(())
}

/// The rows as a table, then the ratios that are not in it.
fn table(figures: &Value) -> Result<String, Failure> {
    let load = figures["load"].as_str().ok_or("no load")?;
    let mut text = format!(
        "\nThe fewest nanoseconds of all turns, load average {load}. Ratio to peer: the peer's time over this one. Ratio to \
         limit: this\ntime over the limit's, and the limit as a part of it.\n\n\
         | operation | ns | M/s | ratio to peer | ratio to limit |\n|---|---|---|---|---|\n"
    );
    for row in array(figures, "rows")? {
        let ns = number(row, "ns")?;
        let beside = |what: &str| {
            row[what].as_object().map(|other| {
                let name = other["name"].as_str().unwrap_or_default().to_owned();
                (name, other["ns"].as_f64().unwrap_or(f64::NAN))
            })
        };
        let peer = beside("peer").map(|(name, theirs)| format!("{:.1}x {name}", theirs / ns));
        let limit = beside("limit")
            .map(|(name, limit)| format!("{:.2}x {name} ({:.0} %)", ns / limit, 100.0 * limit / ns));
        text += &format!(
            "| {} | {ns:.1} | {} | {} | {} |\n",
            row["name"].as_str().ok_or("no name")?,
            rate(1e3 / ns),
            peer.unwrap_or_default(),
            limit.unwrap_or_default()
        );
    }
    text += "\n| | ratio |\n|---|---|\n";
    for relation in array(figures, "relations")? {
        let what = relation[0].as_str().ok_or("no name")?;
        text += &format!("| {what} | {:.2} |\n", relation[1].as_f64().ok_or("no ratio")?);
    }
    text += "\n![Tokens by size of the batch](tokens-by-batch.svg)\n\
             ![FF1 by length](ff1-by-length.svg)\n\
             ![Tokens by number of cores](tokens-by-cores.svg)\n\n";
    Ok(text)
}

/// Millions a second, with enough digits for what takes long.
fn rate(millions: f64) -> String {
    if millions < 0.1 { format!("{millions:.4}") } else { format!("{millions:.2}") }
}

fn by_size(figures: &Value) -> Result<Plot, Failure> {
    let mut lines: Vec<Line> = Vec::new();
    for point in array(figures, "sizes")? {
        let name = format!("layout {}", point["layout"].as_str().ok_or("no layout")?);
        let at = (number(point, "size")?, 1e3 / number(point, "ns")?);
        match lines.iter_mut().find(|line| line.name == name) {
            Some(line) => line.points.push(at),
            None => lines.push(Line { name, points: vec![at] }),
        }
    }
    Ok(Plot {
        title: "Complete tokens by size of the batch, 16 digits, one core",
        x: "cards of a batch",
        y: "million cards a second",
        doubling: true,
        lines,
    })
}

fn by_length(figures: &Value) -> Result<Plot, Failure> {
    let rows = array(figures, "rows")?;
    let line = |name: &str, ending: &str| {
        let point = |length: u32| {
            let row = rows.iter().find(|row| row["name"] == format!("FF1, {length} digits{ending}"));
            Ok((f64::from(length), 1e3 / number(row.ok_or("a length is missing")?, "ns")?))
        };
        let points = (6..=19).map(point).collect::<Result<_, Failure>>()?;
        Ok::<_, Failure>(Line { name: name.into(), points })
    };
    Ok(Plot {
        title: "FF1 by length, one core",
        x: "digits",
        y: "million strings a second",
        doubling: false,
        lines: vec![line("batches of 4,096", ", batch")?, line("one at a time", "")?],
    })
}

fn by_cores(figures: &Value) -> Result<Plot, Failure> {
    let line = |name: &str, field: &str| {
        let point = |cores: &Value| Ok((number(cores, "threads")?, number(cores, field)?));
        let points = array(figures, "cores")?.iter().map(point).collect::<Result<_, Failure>>()?;
        Ok::<_, Failure>(Line { name: name.into(), points })
    };
    Ok(Plot {
        title: "Complete tokens by number of cores, 6+4 of 16 digits",
        x: "threads",
        y: "million cards a second",
        doubling: false,
        lines: vec![
            line("each with batches of its own", "own_threads")?,
            line("one batch on a pool", "pool")?,
        ],
    })
}

fn array<'a>(value: &'a Value, field: &str) -> Result<&'a Vec<Value>, Failure> {
    Ok(value[field].as_array().ok_or_else(|| format!("no {field}"))?)
}

fn number(value: &Value, field: &str) -> Result<f64, Failure> {
    Ok(value[field].as_f64().ok_or_else(|| format!("no {field}"))?)
}
