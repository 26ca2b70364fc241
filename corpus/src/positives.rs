//! Lines with card data: a card number at least, now and then track data, a security code or a PIN.

mod encoded;
mod fields;
mod formats;
mod hard;
mod plain;
mod scripts;
mod secrets;

use crate::chance::Chance;
use crate::line::Line;

/// Makes lines with card data.
#[derive(Clone, Debug)]
pub struct Positives {
    chance: Chance,
    rows: Vec<(u32, &'static Row)>,
}

impl Positives {
    /// Begins at `seed`, with the rows of this group.
    pub fn new(seed: u64, group: Group) -> Self {
        let rows = ROWS.iter().filter(|row| row.group == group).map(|row| (row.share, row)).collect();
        Self { chance: Chance::new(seed), rows }
    }

    /// The next line.
    pub fn line(&mut self) -> Line {
        let row = *self.chance.weighed(&self.rows);
        Line { row: row.name, ..(row.make)(&mut self.chance) }
    }
}

/// What a kind of lines is in the corpus for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Text as systems write it: found with the default finder.
    Text,
    /// Hexadecimal dumps and base64: found with the finder that looks into both.
    Encoded,
    /// Numbers that look like something else: how many are found is told, and nothing promised.
    Hard,
}

/// The kinds of lines of a group, and their shares of it.
pub fn shares(group: Group) -> impl Iterator<Item = (&'static str, u32)> {
    ROWS.iter().filter(move |row| row.group == group).map(|row| (row.name, row.share))
}

#[derive(Debug)]
struct Row {
    group: Group,
    share: u32,
    name: &'static str,
    make: fn(&mut Chance) -> Line,
}

const fn text(share: u32, name: &'static str, make: fn(&mut Chance) -> Line) -> Row {
    Row { group: Group::Text, share, name, make }
}

const fn encoded(share: u32, name: &'static str, make: fn(&mut Chance) -> Line) -> Row {
    Row { group: Group::Encoded, share, name, make }
}

const fn hard(share: u32, name: &'static str, make: fn(&mut Chance) -> Line) -> Row {
    Row { group: Group::Hard, share, name, make }
}

const ROWS: &[Row] = &[
    text(90, "plain, beside a name", plain::named),
    text(60, "plain, without a name", plain::unnamed),
    text(80, "spaced", plain::spaced),
    text(80, "dashed", plain::dashed),
    text(30, "dots, slashes, underscores", plain::other_gaps),
    text(20, "no-break spaces and long dashes", plain::typographic),
    text(50, "full-width", scripts::full_width),
    text(20, "Arabic-Indic", scripts::arabic),
    text(60, "URL-encoded", formats::percent),
    text(40, "query string", formats::query),
    text(90, "JSON string", formats::json_string),
    text(40, "JSON number", formats::json_number),
    text(20, "JSON in JSON", formats::json_in_json),
    text(60, "XML", formats::xml),
    text(50, "Java toString", formats::java),
    text(40, "SQL dump", formats::sql),
    text(50, "CSV", formats::csv),
    text(40, "Japanese log", scripts::japanese),
    text(20, "Shift_JIS", scripts::shift_jis),
    text(20, "over two lines, between groups", plain::two_lines),
    text(30, "track 1", secrets::track1),
    text(30, "track 2", secrets::track2),
    text(60, "security code beside", secrets::with_code),
    text(30, "PIN beside", secrets::with_pin),
    encoded(20, "hex of ASCII", encoded::hex),
    encoded(10, "hex of ASCII, with colons", encoded::colons),
    encoded(20, "hexdump -C, in one line", encoded::hexdump_line),
    encoded(20, "xxd, in one line", encoded::xxd_line),
    encoded(20, "hexdump -C, over lines", encoded::hexdump_lines),
    encoded(20, "xxd, over lines", encoded::xxd_lines),
    encoded(20, "od -A x -t x1, over lines", encoded::od_lines),
    encoded(20, "base64", encoded::base64),
    hard(10, "a length nearly no bank issues, named", hard::rare_named),
    hard(10, "a length nearly no bank issues, not named", hard::rare_unnamed),
    hard(10, "letters touch it", hard::touched),
    hard(10, "behind the name of another number", hard::misnamed),
    hard(10, "one digit at a time", hard::single_digits),
    hard(10, "over two lines, wrapped", hard::wrapped),
];
