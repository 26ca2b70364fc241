//! Verifies the records of one stream, line by line, in constant memory.

use std::collections::{BTreeMap, HashSet};

use super::checkpoint::Checkpoint;
use super::envelope::Envelope;
use super::key::VerifierKey;
use super::kind::Kind;
use super::record::GENESIS;
use super::report::{Fault, Finding, StreamReport};
use super::tree::{Frontier, Hash, leaf_hash};
use crate::error::{Error, Result};

/// The verifier of one stream: give it every line and the one after it, then finish.
///
/// The signed roots decide whether the log is whole. The link in each record (the leaf hash of the record before)
/// decides *which* record is bad, when somebody changed one without making all later links anew.
#[derive(Clone)]
pub struct StreamVerifier {
    key: VerifierKey,
    frontier: Frontier,
    /// Leaf hash of the last record, and the link it carried.
    prev: Hash,
    prev_link: Hash,
    /// Roots that checkpoints state, by size.
    signed: BTreeMap<u64, Hash>,
    intents: HashSet<String>,
    last: Option<Moment>,
    /// The last signed root covers a closed log, or none: only an opening's records may follow without a signature.
    closed: bool,
    /// The first record that follows all the same; it is a fault if no later root covers it.
    intruder: Option<u64>,
    report: StreamReport,
}

#[derive(Clone)]
struct Moment {
    boot: String,
    mono_ms: u64,
    running: bool,
}

impl StreamVerifier {
    /// A verifier for the stream of this name and key.
    pub fn new(stream: &str, key: &VerifierKey) -> Self {
        Self {
            key: key.clone(),
            frontier: Frontier::new(),
            prev: GENESIS,
            prev_link: GENESIS,
            signed: BTreeMap::new(),
            intents: HashSet::new(),
            last: None,
            closed: false,
            intruder: None,
            report: StreamReport { stream: stream.to_owned(), ..StreamReport::default() },
        }
    }

    /// Holds the log to a checkpoint, the stream's own or one kept elsewhere. Call it before the first record.
    ///
    /// # Errors
    /// [`Error::AuditDamaged`] if it is malformed, not signed by the stream's key, or contradicts another one.
    pub fn expect(&mut self, note: &str) -> Result<()> {
        let Checkpoint { size, root, .. } = Checkpoint::open(note, &self.key)?;
        self.closed |= size == 0;
        if *self.signed.entry(size).or_insert(root) == root { Ok(()) } else { Err(Error::AuditDamaged) }
    }

    /// Takes the next record and, where there is one, the line after it.
    ///
    /// # Errors
    /// The finding, if the record or the one before it is bad: then the rest is not to be read.
    pub fn record(&mut self, line: &[u8], next: Option<&[u8]>) -> core::result::Result<(), Finding> {
        let at = self.frontier.size();
        let record = Envelope::parse(line).ok_or_else(|| self.finding(Fault::Malformed, at))?;
        if record.stream != self.report.stream {
            return Err(self.finding(Fault::WrongStream, at));
        }
        let leaf = leaf_hash(line);
        let next = next.and_then(Envelope::parse);
        if record.seq != at {
            return Err(self.misplaced(&record, leaf, next.as_ref()));
        }
        if record.prev != self.prev {
            return Err(self.broken_link(line, &record, next.as_ref()));
        }
        if let Some(note) = &record.checkpoint {
            let inner = Checkpoint::open(note, &self.key).map_err(|_| self.finding(Fault::Forged, at))?;
            if inner.size != at {
                return Err(self.finding(Fault::Forged, at));
            }
            self.compare(&inner.root)?;
        }
        if record.previous.as_ref().is_some_and(|end| !end.is_consistent() || end.frontier != self.frontier) {
            return Err(self.finding(Fault::SegmentBroken, at));
        }
        if self.closed && !OPENING.iter().any(|kind| record.kind == kind.as_str()) {
            self.intruder.get_or_insert(at);
        }
        self.note(&record);
        self.frontier.append(leaf);
        self.prev_link = self.prev;
        self.prev = leaf;
        if let Some(root) = self.signed.get(&self.frontier.size()).copied() {
            self.compare(&root)?;
        }
        // A record with which the log no longer has its signed root is not a good one.
        self.report.records = self.frontier.size();
        Ok(())
    }

    /// Ends the log: says what it holds, and [`Fault::TailMissing`] if a checkpoint counted more records, or
    /// [`Fault::Unsigned`] if records were added after the log was closed.
    pub fn finish(self) -> (StreamReport, Option<Finding>) {
        let at = self.frontier.size();
        let last = self.signed.last_key_value().map_or(0, |(size, _)| *size);
        let missing = (last > at).then(|| self.finding(Fault::TailMissing, at));
        let added = self.intruder.map(|intruder| self.finding(Fault::Unsigned, intruder));
        (self.partial(), missing.or(added))
    }

    /// What was good up to here.
    pub(crate) fn partial(&self) -> StreamReport {
        let open_intents = u64::try_from(self.intents.len()).unwrap_or(u64::MAX);
        StreamReport { open_intents, ..self.report.clone() }
    }

    /// Whether there is a checkpoint, and every one states that there is no record.
    pub(crate) fn expects_no_record(&self) -> bool {
        self.signed.last_key_value().is_some_and(|(size, _)| *size == 0)
    }

    /// The tree of the records taken so far.
    pub(crate) fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    pub(crate) fn finding(&self, fault: Fault, at: u64) -> Finding {
        Finding { stream: self.report.stream.clone(), fault, at: Some(at), until: Some(at) }
    }

    /// A signed root of all records so far: either they are proved, or one since the last proved one is bad.
    fn compare(&mut self, root: &Hash) -> core::result::Result<(), Finding> {
        let size = self.frontier.size();
        if self.frontier.root() != *root {
            let mut finding = self.finding(Fault::Rewritten, self.report.covered);
            finding.until = Some(size.saturating_sub(1).max(self.report.covered));
            return Err(finding);
        }
        self.report.covered = size;
        self.closed = self.last.as_ref().is_some_and(|last| !last.running);
        self.intruder = None;
        Ok(())
    }

    fn misplaced(&self, record: &Envelope<'_>, leaf: Hash, next: Option<&Envelope<'_>>) -> Finding {
        let at = self.frontier.size();
        if record.seq > at {
            return self.finding(Fault::Missing, at);
        }
        // Two records claim the place before: the genuine one is the one that the next record follows.
        let rival =
            record.seq.checked_add(1) == Some(at) && record.prev == self.prev_link && leaf != self.prev;
        if rival && next.is_some_and(|next| next.prev == leaf) {
            return self.finding(Fault::Inserted, record.seq);
        }
        self.finding(Fault::Repeated, at)
    }

    /// The link does not fit: either the record before was altered, or the link of this one.
    fn broken_link(&self, line: &[u8], record: &Envelope<'_>, next: Option<&Envelope<'_>>) -> Finding {
        let at = self.frontier.size();
        let proved_before = self.report.covered == at
            || record
                .checkpoint
                .as_deref()
                .and_then(|note| Checkpoint::open(note, &self.key).ok())
                .is_some_and(|inner| inner.size == at && inner.root == self.frontier.root());
        // With the right link put back, does the line fit what follows it, or a signed root?
        let repaired = record.leaf_with_prev(line, &self.prev);
        let fits_next = next.is_some_and(|next| Some(next.prev) == repaired);
        let fits_root = repaired.is_some_and(|leaf| {
            let mut frontier = self.frontier.clone();
            frontier.append(leaf);
            self.signed.get(&frontier.size()) == Some(&frontier.root())
        });
        let this = at == 0 || proved_before || fits_next || fits_root;
        self.finding(Fault::Altered, if this { at } else { at.saturating_sub(1) })
    }

    fn note(&mut self, record: &Envelope<'_>) {
        let is = |kind: Kind| record.kind == kind.as_str();
        let mut count = |counter: fn(&mut StreamReport) -> &mut u64| {
            let counter = counter(&mut self.report);
            *counter = counter.saturating_add(1);
        };
        if is(Kind::LogRecovered) {
            count(|report| &mut report.recoveries);
        }
        if is(Kind::ClockStep) {
            count(|report| &mut report.clock_steps);
        }
        let silent = self.last.as_ref().is_some_and(|last| {
            let quiet = record.mono_ms.saturating_sub(last.mono_ms) > SILENCE_MS;
            last.running && last.boot == record.boot && quiet && !is(Kind::LogStart)
        });
        if silent {
            count(|report| &mut report.silences);
        }
        self.report.last_time = Some(record.time);
        self.last = Some(Moment {
            boot: record.boot.to_owned(),
            mono_ms: record.mono_ms,
            running: !is(Kind::LogStop),
        });
        // An intent without a correlation can have no outcome; its sequence number stands for it.
        if is(Kind::RevealIntent) {
            self.intents.insert(record.correlation.map_or_else(|| record.seq.to_string(), str::to_owned));
        } else if is(Kind::RevealOk) || is(Kind::RevealError) {
            record.correlation.map(|correlation| self.intents.remove(correlation));
        }
    }
}

/// What an opening writes before its checkpoint.
pub(crate) const OPENING: [Kind; 3] = [Kind::LogInit, Kind::LogRecovered, Kind::LogStart];

/// Three heartbeats.
const SILENCE_MS: u64 = 180_000;

#[cfg(test)]
mod tests {
    use super::StreamVerifier;
    use crate::audit::checkpoint::{Checkpoint, Generations};
    use crate::audit::event::{Correlation, Event, HandleRef};
    use crate::audit::key::{Signer, tests::seed};
    use crate::audit::kind::Kind;
    use crate::audit::record::{GENESIS, Own, Place, line};
    use crate::audit::report::{Fault, Finding};
    use crate::audit::tree::{Frontier, leaf_hash};
    use crate::clock::{Now, Timestamp};

    struct Log {
        lines: Vec<Vec<u8>>,
        checkpoint: String,
        signer: Signer,
    }

    /// A closed log of `count` records with a heartbeat every 5,000.
    fn log(count: u64) -> Log {
        let signer = Signer::new("panveil/0011223344556677/cli", seed(2));
        let (mut frontier, mut prev) = (Frontier::new(), GENESIS);
        let mut lines = Vec::new();
        for seq in 0..count {
            let now = now(seq);
            let place = Place { stream: "cli", seq, now, prev, generations: Generations::default() };
            let (kind, checkpoint) = if seq + 1 == count {
                (Kind::LogStop, Some(signed(&frontier, now, &signer)))
            } else if seq % 5_000 == 4_999 {
                (Kind::LogHeartbeat, Some(signed(&frontier, now, &signer)))
            } else {
                (Kind::RevealOk, None)
            };
            let event = Event::new(kind)
                .handle(HandleRef::sealed(&seq.to_be_bytes()))
                .correlation(Correlation(u128::from(seq).to_be_bytes()));
            let line = line(&event, &Own { checkpoint, previous: None }, &place).into_bytes();
            prev = leaf_hash(&line);
            frontier.append(prev);
            lines.push(line);
        }
        let checkpoint = signed(&frontier, now(count), &signer);
        Log { lines, checkpoint, signer }
    }

    fn now(seq: u64) -> Now {
        let wall = Timestamp::from_millis(1_795_334_400_000 + seq as i64);
        Now { wall, since_boot_ms: seq, boot: [1; 16] }
    }

    fn signed(frontier: &Frontier, now: Now, signer: &Signer) -> String {
        let origin = signer.verifier().name().to_owned();
        let (size, root) = (frontier.size(), frontier.root());
        Checkpoint { origin, size, root, generations: Generations::default(), time: now.wall }.sign(signer)
    }

    fn verifier(log: &Log) -> StreamVerifier {
        let mut verifier = StreamVerifier::new("cli", &log.signer.verifier());
        verifier.expect(&log.checkpoint).unwrap();
        verifier
    }

    fn run<'a>(mut verifier: StreamVerifier, lines: impl Iterator<Item = &'a [u8]>) -> Option<Finding> {
        let mut lines = lines.peekable();
        while let Some(line) = lines.next() {
            if let Err(finding) = verifier.record(line, lines.peek().copied()) {
                return Some(finding);
            }
        }
        verifier.finish().1
    }

    /// Numbers that look random and are the same in every run.
    struct Draws(u64);

    impl Draws {
        fn below(&mut self, bound: usize) -> usize {
            // SplitMix64.
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((z ^ (z >> 31)) % bound as u64) as usize
        }
    }

    #[test]
    fn ac_44_every_mutation_of_a_long_log_is_detected_and_its_first_record_named() {
        const EVERY: usize = 16;
        let log = log(100_000);
        let count = log.lines.len();
        // The state before every 16th line, so that a mutation needs no run from the beginning.
        let mut states = Vec::new();
        let mut walker = verifier(&log);
        for (i, line) in log.lines.iter().enumerate() {
            if i % EVERY == 0 {
                states.push(walker.clone());
            }
            walker.record(line, log.lines.get(i + 1).map(Vec::as_slice)).unwrap();
        }
        let (report, finding) = walker.finish();
        assert_eq!((report.records, report.covered, finding), (100_000, 100_000, None));

        let mut draws = Draws(1);
        for round in 0..10_000 {
            let at = match round {
                0 | 1 => 0,
                2..20 => count - 1 - round % 3,
                _ => draws.below(count),
            };
            let other = (at + 1 + draws.below(count - 1)) % count;
            let mut changed = log.lines[at].clone();
            let byte = draws.below(changed.len());
            changed[byte] ^= 1 << draws.below(7);
            let (low, high) = (at.min(other), at.max(other));
            let one = core::slice::from_ref::<Vec<u8>>;
            let all = log.lines.as_slice();
            let kind = ["alter", "delete", "insert", "reorder", "duplicate", "cut"][round % 6];
            // How many lines stay before the mutation, what follows, and the first bad line.
            let (kept, parts, first): (usize, Vec<&[Vec<u8>]>, usize) = match kind {
                "alter" => (at, vec![one(&changed), &all[at + 1..]], at),
                "delete" => (at, vec![&all[at + 1..]], at),
                "insert" => (at, vec![one(&all[other]), &all[at..]], at),
                "reorder" => {
                    let moved = vec![one(&all[high]), &all[low + 1..high], one(&all[low]), &all[high + 1..]];
                    (low, moved, low)
                }
                "duplicate" => (at, vec![one(&all[at]), &all[at..]], at + 1),
                _ => (at, vec![], at),
            };
            let start = kept.saturating_sub(1) / EVERY * EVERY;
            let mutated = all[start..kept].iter().chain(parts.into_iter().flatten()).map(Vec::as_slice);
            let finding = run(states[start / EVERY].clone(), mutated);
            let finding = finding.unwrap_or_else(|| panic!("{kind} at {at} was not detected"));
            let at_named = (finding.at, finding.until);
            let expected = Some(first as u64);
            assert_eq!(
                at_named,
                (expected, expected),
                "{kind} at {at}, byte {byte}, other {other}: {finding:?}"
            );
        }
    }

    #[test]
    fn a_last_record_that_breaks_the_signed_root_is_not_counted_as_good() {
        let log = log(10);
        let text = String::from_utf8(log.lines[9].clone()).unwrap();
        let changed = text.replacen("\"time\":1", "\"time\":2", 1).into_bytes();
        assert_ne!(changed, log.lines[9]);
        let mut verifier = verifier(&log);
        for line in &log.lines[..9] {
            verifier.record(line, None).unwrap();
        }
        assert_eq!(verifier.record(&changed, None).unwrap_err().fault, Fault::Rewritten);
        assert_eq!(verifier.finish().0.records, 9);
    }

    #[test]
    fn a_record_forged_with_the_right_place_and_link_is_named() {
        let log = log(100);
        let text = String::from_utf8(log.lines[50].clone()).unwrap();
        let forged = text.replace("reveal.ok", "reveal.xx").into_bytes();
        let lines = |i: usize| log.lines[i].as_slice();
        let inserted = (0..50).map(lines).chain([forged.as_slice()]).chain((50..100).map(lines));
        let finding = run(verifier(&log), inserted).unwrap();
        assert_eq!((finding.fault, finding.at), (Fault::Inserted, Some(50)));
    }

    #[test]
    fn a_rewritten_log_fails_at_the_next_signed_root_and_the_range_is_named() {
        let log = log(12_000);
        let mut lines = log.lines.clone();
        // Somebody without the key changes record 7,000 and makes all later links anew.
        lines[7_000] =
            String::from_utf8(lines[7_000].clone()).unwrap().replace("sealed:", "sealed.").into_bytes();
        for i in 7_000..lines.len() - 1 {
            let link = |hash: &[u8; 32]| {
                use base64ct::{Base64, Encoding};
                format!("\"prev\":\"{}\"", Base64::encode_string(hash))
            };
            let (old, new) = (leaf_hash(&log.lines[i]), leaf_hash(&lines[i]));
            let text = String::from_utf8(lines[i + 1].clone()).unwrap();
            lines[i + 1] = text.replace(&link(&old), &link(&new)).into_bytes();
        }
        let finding = run(verifier(&log), lines.iter().map(Vec::as_slice)).unwrap();
        // Heartbeats stand at 4,999 and 9,999, each proving what is before it.
        assert_eq!((finding.fault, finding.at, finding.until), (Fault::Rewritten, Some(4_999), Some(9_998)));
    }

    #[test]
    fn intents_without_outcome_are_counted() {
        let mut verifier = StreamVerifier::new("cli", &Signer::new("panveil/0/cli", seed(2)).verifier());
        let mut prev = GENESIS;
        let kinds = [
            (Kind::RevealIntent, 1),
            (Kind::RevealIntent, 2),
            (Kind::RevealOk, 1),
            (Kind::RevealIntent, 3),
            (Kind::RevealError, 3),
        ];
        for (seq, (kind, correlation)) in kinds.into_iter().enumerate() {
            let event = Event::new(kind).correlation(Correlation([correlation; 16]));
            let seq = seq as u64;
            let generations = Generations::default();
            let place = Place { stream: "cli", seq, now: now(seq), prev, generations };
            let line = line(&event, &Own::default(), &place).into_bytes();
            prev = leaf_hash(&line);
            verifier.record(&line, None).unwrap();
        }
        let (report, finding) = verifier.finish();
        assert_eq!((report.open_intents, report.covered, finding), (1, 0, None));
    }
}
