//! Mutation on stable: the inputs of a corpus, changed by chance that is the same in every run.

use std::fs;
use std::path::Path;

/// Numbers that look random and are the same for the same seed (SplitMix64).
#[derive(Debug)]
pub struct Chance(u64);

impl Chance {
    /// Begins at `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `bound`, which is at least 1.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }

    fn byte(&mut self) -> u8 {
        self.below(256) as u8
    }
}

/// A corpus and the words that its format knows.
#[derive(Debug)]
pub struct Mutator {
    inputs: Vec<Vec<u8>>,
    words: Vec<Vec<u8>>,
    chance: Chance,
}

impl Mutator {
    /// Mutates `inputs`, of which there is at least one.
    pub fn new(inputs: Vec<Vec<u8>>, words: Vec<Vec<u8>>, seed: u64) -> Self {
        assert!(!inputs.is_empty(), "there is nothing to mutate");
        Self { inputs, words, chance: Chance::new(seed) }
    }

    /// The next input, in `out`.
    pub fn next(&mut self, out: &mut Vec<u8>) {
        out.clear();
        let pick = self.chance.below(self.inputs.len());
        // One in eight is made of words and chance alone.
        if self.chance.below(8) > 0 {
            out.extend_from_slice(&self.inputs[pick]);
        }
        for _ in 0..=self.chance.below(6) {
            self.change(out);
        }
        out.truncate(MAX_INPUT);
    }

    fn change(&mut self, out: &mut Vec<u8>) {
        let chance = &mut self.chance;
        let at = chance.below(out.len() + 1);
        let length = chance.below(out.len() - at + 1).min(32);
        match chance.below(9) {
            0 if at < out.len() => out[at] ^= 1 << chance.below(8),
            1 if at < out.len() => out[at] = chance.byte(),
            2 if at < out.len() => out[at] = b'0' + chance.below(10) as u8,
            3 => out.insert(at, b'0' + chance.below(10) as u8),
            4 => out.insert(at, chance.byte()),
            5 => drop(out.drain(at..at + length)),
            6 => {
                let piece = out[at..at + length].to_vec();
                let to = chance.below(out.len() + 1);
                drop(out.splice(to..to, piece));
            }
            7 if !self.words.is_empty() => {
                let word = &self.words[chance.below(self.words.len())];
                drop(out.splice(at..at, word.iter().copied()));
            }
            _ => {
                // The end of another input.
                let other = &self.inputs[chance.below(self.inputs.len())];
                let from = chance.below(other.len() + 1);
                out.truncate(at);
                out.extend_from_slice(&other[from..]);
            }
        }
    }
}

/// The files of a directory in the order of their names; none if there is no such directory.
pub fn inputs(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("an entry of the corpus").path())
        .filter(|path| path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.')))
        .map(|path| (path.display().to_string(), fs::read(&path).expect("a file of the corpus")))
        .collect();
    files.sort();
    files
}

/// The words of a dictionary in libFuzzer's form: one in quotes on each line, `\xNN` for other bytes.
pub fn words(dictionary: &Path) -> Vec<Vec<u8>> {
    let text = fs::read_to_string(dictionary).expect("a dictionary");
    text.lines().filter_map(|line| line.strip_prefix('"')?.strip_suffix('"')).map(unescaped).collect()
}

fn unescaped(word: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = word.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'\\', [b'x', high, low, after @ ..]) => {
                let digits = [*high, *low];
                let digits = core::str::from_utf8(&digits).expect("two digits");
                bytes.push(u8::from_str_radix(digits, 16).expect("two hexadecimal digits"));
                rest = after;
            }
            (b'\\', [quoted, after @ ..]) => {
                bytes.push(*quoted);
                rest = after;
            }
            (byte, _) => bytes.push(*byte),
        }
    }
    bytes
}

const MAX_INPUT: usize = 8 * 1024;
