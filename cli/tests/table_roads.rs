//! The CSV engine from file to file: what it promises about rows, columns, rejects and files.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use panveil::Error;
use panveil_cli::legacy::Export;
use panveil_cli::table::{
    Ask, Encoding, Existing, Input, Job, Protected, Reason, Separator, Settings, SingleCardWork, Summary,
    Table, TableError, Warning, protect_file,
};

/// Checks Luhn as the real one does, and writes the last four in place of a token: the engine does not care.
struct LastFour;

impl LastFour {
    fn digits(cell: &[u8]) -> Result<Vec<u8>, Reason> {
        let digits: Vec<u8> = cell.iter().copied().filter(|byte| !matches!(byte, b' ' | b'-')).collect();
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(Reason::Card(Error::PanDigit));
        }
        if !(13..=19).contains(&digits.len()) {
            return Err(Reason::Card(Error::PanLength));
        }
        let mut sum = 0;
        for (place, digit) in digits.iter().rev().enumerate() {
            let value = u32::from(digit - b'0') << (place % 2);
            sum += value / 10 + value % 10;
        }
        if sum % 10 == 0 { Ok(digits) } else { Err(Reason::Card(Error::PanLuhn)) }
    }
}

impl SingleCardWork for LastFour {
    fn protect(
        &self,
        pan_cell: &[u8],
        record_cell: Option<&[u8]>,
        out: &mut Protected,
    ) -> Result<(), Reason> {
        if pan_cell == b"stop" {
            return Err(Reason::Card(Error::SealLimit));
        }
        assert_ne!(pan_cell, b"panic", "planted");
        let digits = Self::digits(pan_cell)?;
        let last_four = &digits[digits.len() - 4..];
        out.token.extend_from_slice(b"T");
        out.token.extend_from_slice(last_four);
        out.token_format.extend_from_slice(b"f1.0-4");
        out.masked.extend_from_slice(b"**");
        out.masked.extend_from_slice(last_four);
        out.record_id.extend_from_slice(record_cell.unwrap_or(b"random"));
        out.sealed.extend_from_slice(b"UFYB");
        Ok(())
    }

    fn is_card_number(&self, digits: &[u8]) -> bool {
        matches!(digits.first(), Some(b'2'..=b'6' | b'9')) && Self::digits(digits).is_ok()
    }
}

fn ask(pan: &str) -> Ask {
    Ask { pan: pan.into(), ..Ask::default() }
}

/// Runs in memory.
fn run(input: &[u8], ask: &Ask, settings: Settings) -> Result<(Vec<u8>, String, Summary), TableError> {
    let table = Table::open(Box::new(input), ask, settings, &LastFour)?;
    let (mut out, mut rejects) = (Vec::new(), Vec::new());
    let summary = table.protect(&mut out, &mut rejects, &mut |_| {})?;
    Ok((out, String::from_utf8(rejects).unwrap(), summary))
}

fn job(directory: &Path, input: &[u8]) -> Job {
    let path = directory.join("in.csv");
    fs::write(&path, input).unwrap();
    Job {
        input: Input::File(path),
        output: directory.join("out.csv"),
        existing: Existing::Refuse,
        ask: ask("card"),
        settings: Settings::default(),
    }
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn every_dialect_comes_out_as_it_went_in() {
    let cases: &[(&[u8], &[u8])] = &[
        (
            b"id,card,memo\n1,4111111111111111,\"a, \"\"b\"\"\nc\"\n2,,x",
            b"id,token,token_format,masked,memo\n1,T1111,f1.0-4,**1111,\"a, \"\"b\"\"\nc\"\n2,,,,x",
        ),
        (
            b"\xef\xbb\xbf\"id\";\"card\"\r\n\"1\";\"4111 1111 1111 1111\"\r\n\r\n",
            b"\xef\xbb\xbf\"id\";token;token_format;masked\r\n\"1\";T1111;f1.0-4;**1111\r\n\r\n",
        ),
        (
            b"card\tmemo\r4111-1111-1111-1111\t27\" tv\r",
            b"token\ttoken_format\tmasked\tmemo\rT1111\tf1.0-4\t**1111\t27\" tv\r",
        ),
        // Shift_JIS: 83 7C is one character, though 7C alone is the separator.
        (
            b"\x95\x5c|card|n\r\n\x83\x7c|4111111111111111|\x83\x5c\r\n",
            b"\x95\x5c|token|token_format|masked|n\r\n\x83\x7c|T1111|f1.0-4|**1111|\x83\x5c\r\n",
        ),
        (
            b"card,memo\n4111111111111111,\"say \\\"a, b\\\" c\"\n",
            b"token,token_format,masked,memo\nT1111,f1.0-4,**1111,\"say \\\"a, b\\\" c\"\n",
        ),
    ];
    for (input, expected) in cases {
        let (out, rejects, summary) = run(input, &ask("card"), Settings::default()).unwrap();
        assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(expected));
        assert_eq!(out, *expected);
        assert_eq!((rejects.as_str(), summary.protected), ("", 1));
    }
}

#[test]
fn sealing_adds_the_record_id_and_quotes_it_where_needed() {
    let sealing = Ask { record: Some("id".into()), seal: true, ..ask("card") };
    let (out, _, _) = run(b"id,card\n\"a,1\",4111111111111111\n", &sealing, Settings::default()).unwrap();
    let expected =
        "id,token,token_format,masked,record_id,sealed\n\"a,1\",T1111,f1.0-4,**1111,\"a,1\",UFYB\n";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

#[test]
fn rejects_name_line_column_and_reason_and_no_value() {
    let input = "id,card,cvv,\"my, memo\"\n\
                 1,4111111111111111,123,ok\n\
                 2,4111111111111112,123,\"two\nlines\"\n\
                 3,4111111111111111,,card 4111-1111-1111-1111\n\
                 4,41x1111111111111,123,\n\
                 5,4111111111111111\n\
                 \n\
                 6,411111111111,,４１１１１１１１１１１１１１１１\n\
                 7,　,9,\n\
                 8,\"4111111111111111,1,never closed\n";
    let (out, rejects, summary) = run(input.as_bytes(), &ask("card"), Settings::default()).unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "id,token,token_format,masked,\"my, memo\"\n1,T1111,f1.0-4,**1111,ok\n\n7,,,,\n"
    );
    assert_eq!(
        rejects,
        "line,column,reason\n3,card,PanLuhn\n5,\"my, memo\",PanElsewhere\n6,card,PanDigit\n7,,RaggedRow\n\
         9,card,PanLength\n11,,UnclosedQuote\n"
    );
    assert_eq!((summary.rows, summary.protected, summary.empty, summary.rejected_rows()), (8, 1, 1, 6));
    assert_eq!(summary.dropped.len(), 1);
    assert_eq!((summary.dropped[0].name.as_str(), summary.dropped[0].cells), ("cvv", 4));
}

#[test]
fn an_allowed_column_keeps_what_looks_like_a_card() {
    let input = b"card,barcode\n4111111111111111,4111111111111111\n";
    let (_, rejects, _) = run(input, &ask("card"), Settings::default()).unwrap();
    assert_eq!(rejects, "line,column,reason\n2,barcode,PanElsewhere\n");
    let allowing = Ask { allow: vec!["barcode".into()], ..ask("card") };
    let (out, rejects, _) = run(input, &allowing, Settings::default()).unwrap();
    assert_eq!(rejects, "");
    assert!(out.ends_with(b"T1111,f1.0-4,**1111,4111111111111111\n"));
}

#[test]
fn a_legacy_export_comes_out_with_the_planted_counts() {
    for (encoding, separator) in [
        (Encoding::Utf8, Separator::Comma),
        (Encoding::ShiftJis, Separator::Pipe),
        (Encoding::ShiftJis, Separator::Comma),
        (Encoding::Utf8, Separator::Tab),
    ] {
        let mut input = Vec::new();
        let export = Export { rows: 5_000, seed: 3, encoding, separator };
        let planted = export.write(&mut input).unwrap();
        let mut results = Vec::new();
        for settings in [
            Settings::default(),
            Settings { workers: Some(0), ..Settings::default() },
            Settings { workers: Some(5), batch_bytes: 1000, ..Settings::default() },
        ] {
            let table =
                Table::open(Box::new(input.as_slice()), &ask("card_number"), settings, &LastFour).unwrap();
            assert_eq!(table.dialect().separator(), separator);
            assert_eq!(table.dialect().encoding(), encoding);
            assert_eq!(table.warnings(), [Warning::SadDropped("security_code".into())]);
            let (mut out, mut rejects) = (Vec::new(), Vec::new());
            let mut seen = 0;
            let mut summary = table
                .protect(&mut out, &mut rejects, &mut |progress| {
                    assert!(progress.rows >= seen);
                    seen = progress.rows;
                })
                .unwrap();
            assert_eq!(seen, planted.rows);
            assert_eq!(summary.bytes, input.len() as u64);
            summary.elapsed = std::time::Duration::ZERO;
            results.push((out, rejects, summary));
        }
        assert!(results.iter().all(|result| *result == results[0]), "{encoding:?} {separator:?}");
        let summary = &results[0].2;
        assert_eq!(
            (summary.rows, summary.protected, summary.empty),
            (planted.rows, planted.cards, planted.empty)
        );
        assert_eq!(summary.rejected["PanLuhn"], planted.wrong_check_digit);
        assert_eq!(summary.rejected["PanElsewhere"], planted.card_in_memo);
        assert_eq!(summary.rejected.len(), 2);
        assert_eq!(summary.dropped[0].cells, planted.security_codes);
    }
}

#[test]
fn files_appear_complete_or_not_at_all() {
    let directory = tempfile::tempdir().unwrap();
    let good = job(directory.path(), b"card\n4111111111111111\n4111111111111112\n");
    let mut opened = false;
    let mut on_open = |_: &Table<'_>| {
        opened = true;
        Ok(())
    };
    let summary = protect_file(&good, &LastFour, &mut on_open, &mut |_| {}).unwrap();
    assert!(opened);
    assert_eq!((summary.protected, summary.rejected_rows()), (1, 1));
    assert_eq!(names(directory.path()), ["in.csv", "out.csv", "out.csv.rejects.csv"]);

    let again = protect_file(&good, &LastFour, &mut |_| Ok(()), &mut |_| {}).unwrap_err();
    assert!(matches!(again, TableError::OutputExists(_)), "{again}");

    // A run that fails leaves the files of the one before.
    for (cell, internal) in [("stop", false), ("panic", true)] {
        let mut rows = "card\n".to_owned() + &"4111111111111111\n".repeat(20_000);
        rows.push_str(cell);
        let failing = Job {
            existing: Existing::Replace,
            settings: Settings { batch_bytes: 4096, ..Settings::default() },
            ..job(directory.path(), rows.as_bytes())
        };
        let error = protect_file(&failing, &LastFour, &mut |_| Ok(()), &mut |_| {}).unwrap_err();
        assert_eq!(matches!(error, TableError::Internal), internal, "{error}");
        assert_eq!(matches!(error, TableError::Stopped(Error::SealLimit)), !internal, "{error}");
        assert_eq!(names(directory.path()), ["in.csv", "out.csv", "out.csv.rejects.csv"]);
        assert!(fs::read(&good.output).unwrap().ends_with(b"**1111\n"));
    }

    let clean = Job { existing: Existing::Replace, ..job(directory.path(), b"card\n4111111111111111") };
    protect_file(&clean, &LastFour, &mut |_| Ok(()), &mut |_| {}).unwrap();
    assert_eq!(names(directory.path()), ["in.csv", "out.csv"]);
}

#[test]
fn a_full_disk_is_named_and_leaves_nothing() {
    let input = b"card\n4111111111111111\n".as_slice();
    let table = Table::open(Box::new(input), &ask("card"), Settings::default(), &LastFour).unwrap();
    let mut full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let error = table.protect(&mut full, &mut std::io::sink(), &mut |_| {}).unwrap_err();
    assert_eq!(Error::from(&error), Error::DiskFull);
    assert!(error.to_string().contains("no space is left"), "{error}");
}

#[test]
fn an_input_that_breaks_off_ends_the_run() {
    struct Breaks(usize);
    impl Read for Breaks {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if self.0 == 0 {
                return Err(std::io::ErrorKind::BrokenPipe.into());
            }
            self.0 -= 1;
            let row = b"card\n";
            let written = row.len().min(buffer.len());
            buffer[..written].copy_from_slice(&row[..written]);
            Ok(written)
        }
    }
    for rows in [0, 100_000] {
        let open = Table::open(Box::new(Breaks(rows)), &ask("card"), Settings::default(), &LastFour);
        let error = match open {
            Ok(table) => table.protect(&mut std::io::sink(), &mut std::io::sink(), &mut |_| {}).unwrap_err(),
            Err(error) => error,
        };
        assert_eq!(Error::from(&error), Error::Io);
    }
}

/// AC-05: tables without header, cards as names of columns, cards in every wrong place.
#[test]
fn ac_05_no_text_shows_a_digit_of_a_card() {
    let cards =
        ["4111111111111111", "4111111111111112", "4111-1111-1111-1111", "４１１１１１１１１１１１１１１１"];
    let mut seen = 0;
    for card in cards {
        for (input, wanted) in [
            (format!("1,{card},x\n2,{card},y\n"), "card"),
            (format!("{card}\n"), card),
            (format!("a,b\n{card},{card}\n"), card),
            (format!("card,{card}\n1,2\n"), "card"),
            (format!("card,{card}\n1,2\n"), card),
            (format!("card,x {card}\n1,{card}\n1,2,3\n"), "card"),
            (format!("\"{card}"), "card"),
            (format!("card\n\"{card}\n"), "card"),
        ] {
            for ask in [ask(wanted), Ask { drop: vec![card.to_owned()], ..ask("a") }] {
                let text = match run(input.as_bytes(), &ask, Settings::default()) {
                    Err(error) => error.to_string(),
                    // A time is any digits at all.
                    Ok((_, rejects, summary)) => {
                        format!("{rejects} {:?}", Summary { elapsed: Duration::ZERO, ..summary })
                    }
                };
                assert!(!text.contains("111") && !text.contains("１１１"), "{text}");
                seen += 1;
            }
        }
    }
    assert_eq!(seen, 64);
}

#[test]
fn memory_does_not_grow_with_the_input() {
    /// Many rows, never held as a whole.
    struct Rows {
        left: u64,
        row: &'static [u8],
        at: usize,
    }
    impl Read for Rows {
        fn read(&mut self, mut buffer: &mut [u8]) -> std::io::Result<usize> {
            let room = buffer.len();
            while !buffer.is_empty() && self.left > 0 {
                self.at += buffer.write(&self.row[self.at..])?;
                if self.at == self.row.len() {
                    (self.at, self.left) = (0, self.left - 1);
                }
            }
            Ok(room - buffer.len())
        }
    }
    fn peak_kib() -> u64 {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }
    let header = b"id,card,memo\n".as_slice();
    let row = b"C00000001,4111111111111111,\"a longer memo, with commas, as they are\"\n".as_slice();
    let run = |left| {
        let input = Box::new(header.chain(Rows { left, row, at: 0 }));
        let table = Table::open(input, &ask("card"), Settings::default(), &LastFour).unwrap();
        let summary = table.protect(&mut std::io::sink(), &mut std::io::sink(), &mut |_| {}).unwrap();
        assert_eq!(summary.protected, left);
    };
    run(50_000);
    let before = peak_kib();
    run(400_000);
    // Other tests of this file run at the same time; the input has 28 MiB.
    assert!(peak_kib() < before + 16 * 1024, "grew from {before} KiB to {} KiB", peak_kib());
}

#[test]
fn a_named_pipe_is_an_input_too() {
    let directory = tempfile::tempdir().unwrap();
    let pipe: PathBuf = directory.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let writer = std::thread::spawn({
        let pipe = pipe.clone();
        move || {
            let mut file = fs::OpenOptions::new().write(true).open(pipe).unwrap();
            for _ in 0..1000 {
                file.write_all(b"card\n").unwrap();
            }
        }
    });
    let job = Job { input: Input::File(pipe), ..job(directory.path(), b"") };
    let summary = protect_file(&job, &LastFour, &mut |_| Ok(()), &mut |_| {}).unwrap();
    writer.join().unwrap();
    assert_eq!(summary.rejected["PanDigit"], 999);
    assert_eq!(job.input.size(), None);
}
