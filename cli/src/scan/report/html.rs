//! The report as one page: no script, nothing from elsewhere.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{FileReport, Report, counted, grouped, size};
use crate::scan::find::Word;

/// Writes the page: sums, what is new, the tree, and what was not looked into.
pub(super) fn write(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    to.write_all(HEAD.as_bytes())?;
    let totals = &report.totals;
    let verdict = if totals.finds == 0 { "Nothing found" } else { "Card data found" };
    writeln!(to, "<header><h1>{verdict}</h1><p>{}</p>", escaped(&report.settings.paths.join(", ")))?;
    writeln!(
        to,
        "<p class=dim>{} in {}, {}, at least {} confidence; panveil {}</p></header>",
        size(totals.bytes),
        counted(totals.files, "file", "files"),
        escaped(&report.scanned_at),
        report.settings.min_confidence,
        report.tool.version
    )?;
    write!(to, "<section class=cards>")?;
    card(to, "finds", totals.finds, totals.finds > 0)?;
    card(to, "files with finds", totals.files_with_finds, totals.finds > 0)?;
    if let Some(comparison) = &report.baseline {
        card(to, "new", sum(comparison.new.iter().map(|change| change.count)), !comparison.new.is_empty())?;
        card(to, "gone", sum(comparison.gone.iter().map(|change| change.count)), false)?;
    }
    card(to, "allowed", totals.allowed, false)?;
    card(to, "not looked into", report.not_looked_into.len() as u64, !report.not_looked_into.is_empty())?;
    card(to, "unreadable", report.unreadable.len() as u64, !report.unreadable.is_empty())?;
    writeln!(to, "</section>")?;
    if totals.finds > 0 {
        write!(to, "<section class=two>")?;
        bars(to, "By kind", &totals.by_kind)?;
        bars(to, "By confidence", &totals.by_confidence)?;
        writeln!(to, "</section><section><h2>Where</h2>")?;
        let tree = Folder::of(&report.files);
        tree.write(to, report, tree.count, 0)?;
        writeln!(to, "</section>")?;
    }
    if let Some(comparison) = &report.baseline {
        for (title, changes) in [("New", &comparison.new), ("Gone", &comparison.gone)] {
            let rows = changes.iter().map(|change| {
                let mask = change.mask.clone().unwrap_or_default();
                [change.path.clone(), change.kind.to_string(), grouped(change.count), mask]
            });
            list(
                to,
                &format!("{title} against {}", comparison.with),
                &["file", "kind", "count", "mask"],
                rows,
            )?;
        }
    }
    let allowed = report.allowed.iter().map(|allowed| {
        let mask = allowed.mask.clone().unwrap_or_default();
        [allowed.path.clone(), allowed.kind.to_string(), grouped(allowed.count), mask, allowed.reason.clone()]
    });
    list(to, "Allowed", &["file", "kind", "count", "mask", "reason"], allowed)?;
    let unused = report.unused_allowances.iter().map(|unused| {
        let over = if unused.over { "its last day is over" } else { "" };
        [unused.entry.to_string(), unused.reason.clone(), over.to_owned()]
    });
    list(to, "Entries of the allow-list that allowed nothing", &["entry", "reason", ""], unused)?;
    for (title, faults) in [
        ("Not looked into", &report.not_looked_into),
        ("Unreadable", &report.unreadable),
        ("Not redacted", &report.not_redacted),
        ("Skipped", &report.skipped),
    ] {
        let rows = faults.iter().map(|fault| [fault.path.clone(), fault.reason.clone()]);
        list(to, title, &["file", "reason"], rows)?;
    }
    let redacted = report.redacted.iter().map(|path| [path.clone()]);
    list(to, "Written anew", &["file"], redacted)?;
    writeln!(to, "</main></body></html>")
}

/// Folders with what lies in them. Names of members of archives can be of any depth, so the tree has an end.
#[derive(Default)]
struct Folder<'a> {
    count: u64,
    folders: BTreeMap<&'a str, Folder<'a>>,
    files: Vec<(&'a str, &'a FileReport)>,
}

const DEEPEST: usize = 24;

impl<'a> Folder<'a> {
    fn of(files: &'a [FileReport]) -> Self {
        let mut top = Self::default();
        for file in files {
            let mut folder = &mut top;
            folder.count = folder.count.saturating_add(file.count);
            let mut rest = file.path.as_str();
            for _ in 0..DEEPEST {
                let from = usize::from(rest.starts_with('/'));
                let Some(slash) = rest.get(from..).and_then(|rest| rest.find('/')) else { break };
                let (name, after) = rest.split_at(slash.saturating_add(from));
                folder = folder.folders.entry(name).or_default();
                folder.count = folder.count.saturating_add(file.count);
                rest = after.strip_prefix('/').unwrap_or(after);
            }
            folder.files.push((rest, file));
        }
        top
    }

    fn write(&self, to: &mut dyn Write, report: &Report, all: u64, depth: usize) -> io::Result<()> {
        let open = if depth < OPEN_LEVELS { " open" } else { "" };
        for (name, folder) in &self.folders {
            write!(to, "<details{open}><summary>")?;
            bar(to, folder.count, all)?;
            writeln!(to, "<b>{}/</b></summary><div class=in>", escaped(name))?;
            folder.write(to, report, all, depth.saturating_add(1))?;
            writeln!(to, "</div></details>")?;
        }
        for (name, file) in &self.files {
            write!(to, "<details class=file><summary>")?;
            bar(to, file.count, all)?;
            writeln!(to, "{}</summary>", escaped(name))?;
            write_file(to, report, file)?;
            writeln!(to, "</details>")?;
        }
        Ok(())
    }
}

/// Folders down to this depth stand open.
const OPEN_LEVELS: usize = 2;

fn write_file(to: &mut dyn Write, report: &Report, file: &FileReport) -> io::Result<()> {
    let new = |kind: &str, mask: Option<&str>| {
        report.baseline.as_ref().is_some_and(|comparison| comparison.is_new(&file.path, kind, mask))
    };
    write!(to, "<table><tr><th>place<th>kind<th>brand<th>confidence<th>reason<th>written<th>mask</tr>")?;
    for find in &file.finds {
        let mark = if new(&find.kind, find.mask.as_deref()) { " <i class=new>new</i>" } else { "" };
        writeln!(
            to,
            "<tr><td>{}<td>{}{mark}<td>{}<td class={c}>{c}<td>{}<td>{}<td><code>{}</code></tr>",
            escaped(&find.place.to_string()),
            escaped(&find.kind),
            escaped(find.brand.as_deref().unwrap_or_default()),
            escaped(&find.reason.replace('_', " ")),
            escaped(&find.writing.replace('_', " ")),
            escaped(find.mask.as_deref().unwrap_or_default()),
            c = escaped(&find.confidence),
        )?;
    }
    writeln!(to, "</table>")?;
    if file.left_out > 0 {
        writeln!(to, "<p class=dim>and {} more</p>", grouped(file.left_out))?;
    }
    Ok(())
}

fn card(to: &mut dyn Write, name: &str, count: u64, bad: bool) -> io::Result<()> {
    let class = if bad { " class=bad" } else { "" };
    write!(to, "<div{class}><b>{}</b>{name}</div>", grouped(count))
}

fn bars(to: &mut dyn Write, title: &str, counts: &BTreeMap<Word, u64>) -> io::Result<()> {
    write!(to, "<div><h2>{title}</h2>")?;
    let all = sum(counts.values().copied());
    for (name, count) in counts {
        write!(to, "<p>")?;
        bar(to, *count, all)?;
        write!(to, "{}</p>", escaped(name))?;
    }
    writeln!(to, "</div>")
}

fn bar(to: &mut dyn Write, count: u64, all: u64) -> io::Result<()> {
    let count_text = grouped(count);
    write!(
        to,
        "<span class=bar><span class=n>{count_text}</span><meter max={all} value={count}></meter></span>"
    )
}

fn list<const N: usize>(
    to: &mut dyn Write,
    title: &str,
    header: &[&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> io::Result<()> {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return Ok(());
    }
    write!(to, "<section><details open><summary><h2>{}</h2></summary><table><tr>", escaped(title))?;
    for name in header {
        write!(to, "<th>{name}")?;
    }
    writeln!(to, "</tr>")?;
    for row in rows {
        write!(to, "<tr>")?;
        for cell in row {
            write!(to, "<td>{}", escaped(&cell))?;
        }
        writeln!(to, "</tr>")?;
    }
    writeln!(to, "</table></details></section>")
}

fn sum(counts: impl Iterator<Item = u64>) -> u64 {
    counts.fold(0, u64::saturating_add)
}

/// Text as HTML has it, in elements and attributes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(character),
        }
    }
    out
}

const HEAD: &str = r#"<!doctype html>
<html lang=en><head><meta charset=utf-8><meta name=viewport content="width=device-width">
<meta http-equiv=Content-Security-Policy content="script-src 'none'; connect-src 'none'; img-src 'none'; object-src 'none'; frame-src 'none'; form-action 'none'; base-uri 'none'">
<title>panveil scan</title><style>
:root{color-scheme:light dark;--line:#8884;--bad:#c0392b;--dim:#777}
body{font:15px/1.45 system-ui,sans-serif;margin:0}main{max-width:72rem;margin:auto;padding:1.5rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.05rem;margin:1.2rem 0 .4rem;display:inline-block}
.dim{color:var(--dim)}.cards{display:flex;flex-wrap:wrap;gap:.7rem}
.cards div{border:1px solid var(--line);border-radius:.4rem;padding:.5rem .9rem;min-width:6rem}
.cards b{display:block;font-size:1.4rem}.bad b{color:var(--bad)}.two{display:flex;flex-wrap:wrap;gap:3rem}.two div{min-width:22rem}.two p{margin:.2rem 0}
summary{cursor:pointer;padding:.1rem 0}.in{margin-left:.6rem;padding-left:.9rem;border-left:1px solid var(--line)}
.bar{float:right}.n{padding:0 .6rem;font-variant-numeric:tabular-nums}summary:hover,.two p:hover{background:#8881}
meter{width:9rem;height:.8rem;vertical-align:middle}meter::-webkit-meter-optimum-value{background:var(--bad)}meter::-moz-meter-bar{background:var(--bad)}
table{border-collapse:collapse;margin:.4rem 0 .8rem 1rem;display:block;overflow-x:auto}td,th{text-align:left;padding:.15rem .8rem .15rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600;color:var(--dim)}td.high{color:var(--bad)}td.low{color:var(--dim)}.new{color:var(--bad);font-style:normal;font-weight:600}
</style></head><body><main>
"#;

#[cfg(test)]
mod tests {
    use super::{Folder, escaped};
    use crate::scan::report::FileReport;

    #[test]
    fn no_text_becomes_markup() {
        assert_eq!(
            escaped("<a href='x' b=\"y\">&</a>"),
            "&lt;a href=&#39;x&#39; b=&quot;y&quot;&gt;&amp;&lt;/a&gt;"
        );
    }

    #[test]
    fn the_tree_has_an_end_and_all_counts() {
        let file = |path: String, count| FileReport { path, count, ..FileReport::default() };
        let files = [
            file("/var/log/a".into(), 2),
            file("/var/b".into(), 3),
            file("x/".repeat(100_000), 4),
            file("c".into(), 5),
        ];
        let tree = Folder::of(&files);
        assert_eq!(tree.count, 14);
        assert_eq!(tree.folders["/var"].count, 5);
        assert_eq!(tree.folders["/var"].folders["log"].files[0].0, "a");
        assert_eq!(tree.files[0].0, "c");
        let (mut deepest, mut depth) = (&tree.folders["x"], 1);
        while let Some(next) = deepest.folders.get("x") {
            (deepest, depth) = (next, depth + 1);
        }
        assert_eq!(depth, super::DEEPEST);
    }
}
