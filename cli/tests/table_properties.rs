//! The CSV engine on random tables and random bytes.

use panveil_cli::table::{
    Ask, Encoding, Escape, Protected, Reason, Separator, Settings, SingleCardWork, Table, check,
};
use proptest::prelude::*;

/// Takes any cell and finds no card anywhere: what is left is the table itself.
struct Anything;

impl SingleCardWork for Anything {
    fn protect(&self, pan_cell: &[u8], _: Option<&[u8]>, out: &mut Protected) -> Result<(), Reason> {
        out.token.extend_from_slice(pan_cell);
        Ok(())
    }

    fn is_card_number(&self, _: &[u8]) -> bool {
        false
    }
}

fn protect(input: &[u8], batch_bytes: usize, workers: usize) -> (Vec<u8>, Vec<u8>) {
    let ask = Ask { pan: "card".into(), ..Ask::default() };
    let separator = Some(Separator::Comma);
    let settings = Settings { separator, batch_bytes, workers: Some(workers), ..Settings::default() };
    let table = Table::open(Box::new(input), &ask, settings, &Anything).unwrap();
    let (mut out, mut rejects) = (Vec::new(), Vec::new());
    table.protect(&mut out, &mut rejects, &mut |_| {}).unwrap();
    (out, rejects)
}

/// All rows as an independent reader sees them.
fn read(bytes: &[u8], separator: u8) -> Vec<Vec<Vec<u8>>> {
    let mut reader = csv_core::ReaderBuilder::new().delimiter(separator).build();
    let (mut cells, mut ends) = (vec![0; bytes.len() + 64], vec![0; bytes.len() + 64]);
    let (mut rows, mut input) = (Vec::new(), bytes);
    let (mut filled, mut ended) = (0, 0);
    loop {
        let (result, read, wrote, columns) =
            reader.read_record(input, &mut cells[filled..], &mut ends[ended..]);
        input = &input[read..];
        (filled, ended) = (filled + wrote, ended + columns);
        match result {
            csv_core::ReadRecordResult::Record => {
                let starts = std::iter::once(0).chain(ends.iter().copied());
                let bounds = starts.zip(ends[..ended].iter().copied());
                rows.push(bounds.map(|(start, end)| cells[start..end].to_vec()).collect());
                (filled, ended) = (0, 0);
            }
            csv_core::ReadRecordResult::End => return rows,
            csv_core::ReadRecordResult::InputEmpty => {}
            full => panic!("{full:?}"),
        }
    }
}

/// Text with everything that CSV readers stumble over.
fn cell() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\"".to_owned()),
        Just("\"\"".to_owned()),
        Just(",".to_owned()),
        Just("|".to_owned()),
        Just("\n".to_owned()),
        Just("\r\n".to_owned()),
        Just("\r".to_owned()),
        Just("\\".to_owned()),
        Just("表ポソ十".to_owned()),
        "[a-z0-9 ;\t]{0,6}",
    ];
    proptest::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

#[derive(Clone, Debug)]
struct Written {
    rows: Vec<Vec<String>>,
    ending: &'static str,
    separator: char,
    always_quoted: bool,
    last_ending: bool,
    encoding: Encoding,
}

/// A table of one to four columns besides the card column.
fn table() -> impl Strategy<Value = Written> {
    let rows = (1_usize..5).prop_flat_map(|columns| {
        proptest::collection::vec(proptest::collection::vec(cell(), columns), 1..12)
    });
    let endings = prop_oneof![Just("\n"), Just("\r\n"), Just("\r")];
    let separators = prop_oneof![Just(','), Just(';'), Just('\t'), Just('|')];
    let encodings = prop_oneof![Just(Encoding::Utf8), Just(Encoding::ShiftJis)];
    (rows, endings, separators, any::<bool>(), any::<bool>(), encodings).prop_map(
        |(rows, ending, separator, always_quoted, last_ending, encoding)| Written {
            rows,
            ending,
            separator,
            always_quoted,
            last_ending,
            encoding,
        },
    )
}

impl Written {
    /// The bytes, with `columns` in place of the card column of the header and `after` after each row's card.
    fn bytes(&self, columns: &str, after: &str) -> Vec<u8> {
        let mut text = columns.to_owned();
        for column in 0..self.rows[0].len() {
            text.push_str(&format!("{}c{column}", self.separator));
        }
        text.push_str(self.ending);
        for (number, row) in self.rows.iter().enumerate() {
            text.push_str(&format!("x{number}{after}"));
            for cell in row {
                text.push(self.separator);
                if self.always_quoted || cell.contains(['"', '\n', '\r', self.separator]) {
                    text.push_str(&format!("\"{}\"", cell.replace('"', "\"\"")));
                } else {
                    text.push_str(cell);
                }
            }
            if self.last_ending || number + 1 < self.rows.len() {
                text.push_str(self.ending);
            }
        }
        match self.encoding {
            Encoding::ShiftJis => encoding_rs::SHIFT_JIS.encode(&text).0.into_owned(),
            _ => text.into_bytes(),
        }
    }
}

const PIECES: &[&[u8]] = &[
    b"\"",
    b"\"\"",
    b",",
    b"\n",
    b"\r\n",
    b"\r",
    b"|",
    b"\\",
    b"4111111111111111",
    b"4111 1111 1111 1111",
    b"\x83",
    b"\x83\x7c",
    "表４".as_bytes(),
    b"a",
    b"12",
    b"1,4111111111111111,x,123\n",
];

const HEADERS: &[&[u8]] = &[
    b"id,card,memo,cvv\n",
    b"\"id\",\"card\",m,pin\r\n",
    b"card|n\n",
    b"card\n",
    b"\xef\xbb\xbfid;card;x\n",
    b"",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_table_keeps_its_values_and_bytes(table in table(), batch_bytes in 1_usize..200) {
        let input = table.bytes("card", "");
        let settings = Settings {
            separator: Separator::named(&table.separator.to_string()),
            encoding: Some(table.encoding),
            workers: Some(0),
            batch_bytes,
            ..Settings::default()
        };
        let ask = Ask { pan: "card".into(), ..Ask::default() };
        let opened = Table::open(Box::new(input.as_slice()), &ask, settings, &Anything).unwrap();
        prop_assert_eq!(opened.dialect().escape(), Escape::Doubled);
        let (mut out, mut rejects) = (Vec::new(), Vec::new());
        let summary = opened.protect(&mut out, &mut rejects, &mut |_| {}).unwrap();
        prop_assert_eq!(summary.protected, table.rows.len() as u64);
        prop_assert!(rejects.is_empty());

        let separator = table.separator;
        let columns = format!("token{separator}token_format{separator}masked");
        let expected = table.bytes(&columns, &format!("{separator}{separator}"));
        prop_assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(&expected));
        prop_assert_eq!(&out, &expected);

        // And an independent reader sees the same cells (it knows no Shift_JIS).
        if table.encoding == Encoding::Utf8 {
            let seen = read(&out, separator as u8);
            prop_assert_eq!(seen.len(), table.rows.len() + 1);
            for (seen, row) in seen[1..].iter().zip(&table.rows) {
                let cells: Vec<&[u8]> = row.iter().map(String::as_bytes).collect();
                prop_assert_eq!(&seen[3..], &cells[..]);
            }
        }
    }

    #[test]
    fn rows_are_cut_as_csv_core_cuts_them(body in "[x\"\",,\n\n\r]{0,60}", batch_bytes in 1_usize..40) {
        // Rows that have not two cells are rejected, so every row that csv-core sees is accounted for.
        let input = format!("card,b\n{body}");
        let (out, rejects) = protect(input.as_bytes(), batch_bytes, 0);
        let rejects = String::from_utf8(rejects).unwrap();
        prop_assume!(!rejects.contains("UnclosedQuote"));
        let rows = read(input.as_bytes(), b',');
        let whole = rows[1..].iter().filter(|row| row.len() == 2).count();
        prop_assert_eq!(read(&out, b',').len() - 1, whole);
        prop_assert_eq!(rejects.lines().count().saturating_sub(1), rows.len() - 1 - whole);
    }

    #[test]
    fn any_bytes_are_read_and_nothing_depends_on_batches(
        body in proptest::collection::vec(any::<u8>(), 0..400),
        batch_bytes in 1_usize..100,
    ) {
        prop_assert_eq!(check::rows(&body, batch_bytes), Ok(()));
        prop_assert_eq!(check::rows(&[b"id,card,memo\n", body.as_slice()].concat(), batch_bytes), Ok(()));
    }

    #[test]
    fn likely_bytes_are_read_and_nothing_depends_on_batches(
        pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..60),
        header in proptest::sample::select(HEADERS),
        batch_bytes in 1_usize..100,
    ) {
        let bytes = [header, &pieces.concat()].concat();
        prop_assert_eq!(check::rows(&bytes, batch_bytes), Ok(()));
    }

    #[test]
    fn threads_change_nothing(rows in 0_usize..2000, batch_bytes in 1_usize..5000, workers in 1_usize..6) {
        let mut input = b"card,n\n".to_vec();
        for row in 0..rows {
            input.extend_from_slice(format!("x{row},{}\n", "y".repeat(row % 50)).as_bytes());
        }
        prop_assert_eq!(protect(&input, batch_bytes, workers), protect(&input, 1 << 20, 0));
    }
}
