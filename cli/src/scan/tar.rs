//! Reads tar archives: ustar, pax and GNU, as a stream and in constant memory.
//!
//! The reason for an own reader: names and extended headers may be of any length in an archive that somebody made to
//! fill memory, and nothing between the members may be left out.

use std::io::{self, Read};

use super::budget::fill;

/// What an archive is made of, in bytes.
const BLOCK: usize = 512;
const BLOCK_MASK: u64 = 0x1ff;
/// The longest name or extended header that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// Whether a member's header stands here: its checksum says so.
pub(crate) fn is_header(head: &[u8]) -> bool {
    head.get(..BLOCK).is_some_and(|block| checksum_fits(block) && block.first() != Some(&0))
}

/// Calls `on_member` with the name and the content of each member.
///
/// # Errors
/// Those of the reader, and [`io::ErrorKind::InvalidData`] for what is no archive.
pub(crate) fn read(
    archive: &mut dyn Read,
    on_member: &mut dyn FnMut(&[u8], &mut dyn Read),
) -> io::Result<()> {
    let mut block = [0u8; BLOCK];
    let mut next = Next::default();
    loop {
        let (bytes, outcome) = fill(archive, &mut block);
        outcome?;
        match bytes {
            0 => return Ok(()),
            BLOCK => {}
            _ => return Err(damaged("it ends within a header")),
        }
        // Two empty blocks are the end; other archives may have been appended behind it.
        if block.iter().all(|byte| *byte == 0) {
            continue;
        }
        if !checksum_fits(&block) {
            return Err(damaged("a header of it is damaged"));
        }
        let size = next.size.unwrap_or(number(block.get(124..136).unwrap_or_default())?);
        let kind = block.get(156).copied().unwrap_or_default();
        if kind == b'S' {
            skip_sparse_map(archive, &block)?;
        }
        let mut content = archive.take(size);
        match kind {
            b'L' => next.name = Some(text(&mut content)?),
            b'x' | b'g' => {
                let records = text(&mut content)?;
                on_member(b"extended header", &mut records.as_slice());
                next.read_pax(&records);
            }
            _ => {
                let name = next.name.take().unwrap_or_else(|| name_in(&block));
                on_member(&name, &mut content);
                next = Next::default();
            }
        }
        // What of it was not read, and the rest of its last block.
        io::copy(&mut content, &mut io::sink())?;
        if content.limit() > 0 {
            return Err(damaged("it ends within a member"));
        }
        // A block is a power of two, so this holds even where rounding up would overflow.
        let padding = size.wrapping_neg() & BLOCK_MASK;
        if io::copy(&mut archive.take(padding), &mut io::sink())? < padding {
            return Err(damaged("it ends within a member"));
        }
    }
}

/// What an extended header says of the member after it.
#[derive(Default)]
struct Next {
    name: Option<Vec<u8>>,
    size: Option<u64>,
}

impl Next {
    /// POSIX.1-2017, pax, "pax Extended Header": records of `LENGTH KEY=VALUE\n`.
    fn read_pax(&mut self, records: &[u8]) {
        let mut rest = records;
        while let Some(space) = rest.iter().position(|byte| *byte == b' ') {
            let length = rest.get(..space).and_then(decimal).unwrap_or_default();
            let Some((record, after)) = usize::try_from(length).ok().and_then(|l| rest.split_at_checked(l))
            else {
                return;
            };
            if record.len() <= space {
                return;
            }
            let record = record.get(space.saturating_add(1)..).unwrap_or_default();
            let record = record.strip_suffix(b"\n").unwrap_or(record);
            if let Some(path) = record.strip_prefix(b"path=") {
                self.name = Some(path.to_vec());
            } else if let Some(size) = record.strip_prefix(b"size=") {
                self.size = decimal(size);
            }
            rest = after;
        }
    }
}

fn text(content: &mut dyn Read) -> io::Result<Vec<u8>> {
    let text = super::budget::whole(content, LONGEST)?;
    let mut text = text.ok_or_else(|| damaged("a header of it is too long"))?;
    while text.last() == Some(&0) {
        text.pop();
    }
    Ok(text)
}

/// GNU, "Storing Sparse Files": further blocks of the map follow the header, each says whether another one does.
fn skip_sparse_map(archive: &mut dyn Read, header: &[u8; BLOCK]) -> io::Result<()> {
    let mut more = header.get(482).copied().unwrap_or_default();
    let mut block = [0u8; BLOCK];
    while more != 0 {
        archive.read_exact(&mut block)?;
        more = block.get(504).copied().unwrap_or_default();
    }
    Ok(())
}

fn name_in(block: &[u8; BLOCK]) -> Vec<u8> {
    let until_nul = |from: usize, to: usize| {
        let field = block.get(from..to).unwrap_or_default();
        field.split(|byte| *byte == 0).next().unwrap_or_default()
    };
    let (name, prefix) = (until_nul(0, 100), until_nul(345, 500));
    let is_ustar = block.get(257..263) == Some(b"ustar\0");
    if is_ustar && !prefix.is_empty() { [prefix, b"/", name].concat() } else { name.to_vec() }
}

/// The sum of all bytes, those of the sum itself taken for spaces.
fn checksum_fits(block: &[u8]) -> bool {
    let Some(Ok(said)) = block.get(148..156).map(number) else { return false };
    let sum = block.iter().enumerate().fold(0u64, |sum, (place, byte)| {
        sum.saturating_add(if (148..156).contains(&place) { 0x20 } else { u64::from(*byte) })
    });
    said == sum
}

/// Octal digits, or with the highest bit set a big-endian number.
fn number(field: &[u8]) -> io::Result<u64> {
    let wrong = || damaged("a header of it is damaged");
    if let Some((first @ 0x80.., rest)) = field.split_first() {
        let start = u64::from(first & 0x7f);
        return rest
            .iter()
            .try_fold(start, |value, byte| value.checked_mul(256)?.checked_add(u64::from(*byte)))
            .ok_or_else(wrong);
    }
    let text = field.trim_ascii_start();
    let end = text.iter().position(|byte| matches!(byte, b' ' | 0)).unwrap_or(text.len());
    text.iter().take(end).try_fold(0u64, |value, byte| match byte {
        b'0'..=b'7' => Ok(value.checked_mul(8).ok_or_else(wrong)?.saturating_add(u64::from(byte & 7))),
        _ => Err(wrong()),
    })
}

fn decimal(text: &[u8]) -> Option<u64> {
    core::str::from_utf8(text).ok()?.trim().parse().ok()
}

fn damaged(text: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}

#[cfg(test)]
mod tests {
    use super::read;
    use proptest::prelude::*;

    fn archive() -> Vec<u8> {
        let mut archive = tar::Builder::new(Vec::new());
        for name in ["short".to_owned(), "long/".repeat(50)] {
            let mut header = tar::Header::new_gnu();
            header.set_size(600);
            archive.append_data(&mut header, name, [b'x'; 600].as_slice()).unwrap();
        }
        archive.into_inner().unwrap()
    }

    fn members(mut archive: &[u8]) -> (Vec<(usize, u64)>, std::io::Result<()>) {
        let mut members = Vec::new();
        let outcome = read(&mut archive, &mut |name, content| {
            let bytes = std::io::copy(content, &mut std::io::sink()).unwrap();
            members.push((name.len(), bytes));
        });
        (members, outcome)
    }

    #[test]
    fn members_of_another_hand_are_read() {
        let (members, outcome) = members(&archive());
        assert_eq!(members, [(5, 600), (250, 600)]);
        outcome.unwrap();
    }

    #[test]
    fn a_size_beyond_all_bounds_is_an_archive_cut_off() {
        let mut header = tar::Header::new_gnu();
        header.as_mut_bytes()[124..136]
            .copy_from_slice(&[0x80, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255]);
        header.set_cksum();
        let (members, outcome) = members(&[header.as_bytes().as_slice(), b"abc"].concat());
        assert_eq!(members, [(0, 3)]);
        outcome.unwrap_err();
    }

    proptest! {
        #[test]
        fn no_damage_makes_it_panic(at in 0usize..4608, byte: u8, end in 0usize..4608) {
            let mut archive = archive();
            let last = archive.len() - 1;
            archive[at.min(last)] = byte;
            let _ = members(&archive[..end.min(last)]);
        }
    }
}
