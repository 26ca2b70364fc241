//! The audit log as its users meet it: several threads, kills, cut files, full disks, thieves, witnesses.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use panveil::audit::{
    AuditLog, Correlation, Event, Fault, Generations, HandleRef, Kind, Opening, Options, Report, Streams,
    VaultKey, last_generations, verify,
};
use panveil::card::id::{ActorId, ActorKind, CaseRef, Origin, Purpose, StreamName};
use panveil::clock::{Clock, Now, Timestamp};
use panveil::crypto::secret::Secret;
use panveil::error::{Error, Result};

struct HostClock;

impl Clock for HostClock {
    fn now(&self) -> Now {
        let wall = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        let uptime = fs::read_to_string("/proc/uptime").unwrap();
        let seconds: f64 = uptime.split(' ').next().unwrap().parse().unwrap();
        Now {
            wall: Timestamp::from_millis(wall.as_millis() as i64),
            since_boot_ms: (seconds * 1000.0) as u64,
            boot: [1; 16],
        }
    }
}

fn seed(byte: u8) -> Secret {
    Secret::fill_with(|bytes| {
        bytes.fill(byte);
        Ok(())
    })
    .unwrap()
}

fn vault() -> VaultKey {
    VaultKey::from_seed(&seed(1))
}

fn name(text: &str) -> StreamName {
    StreamName::new(text).unwrap()
}

fn register(dir: &Path, stream: &str) {
    Streams::register(dir, seed(1), &name(stream), &seed(2)).unwrap();
}

fn opening(dir: &Path) -> Opening {
    Opening::new(dir, &vault(), &name("cli"), seed(2), Arc::new(HostClock))
}

fn open(dir: &Path) -> Result<AuditLog> {
    opening(dir).open()
}

fn event() -> Event {
    Event::new(Kind::RevealIntent)
        .actor(&ActorId::new("https://idp.example|alice").unwrap(), ActorKind::Person)
        .origin(&Origin::new("10.0.0.5").unwrap())
        .purpose(&Purpose::new("chargeback").unwrap())
        .case(&CaseRef::new("CB-1042").unwrap())
        .handle(HandleRef::token("f1.6-4:4111110394821111").unwrap())
        .correlation(Correlation::random().unwrap())
}

fn log_file(dir: &Path) -> PathBuf {
    dir.join("audit/cli.jsonl")
}

fn whole(dir: &Path) -> Report {
    let report = verify(dir, &vault(), &[]).unwrap();
    assert!(report.is_whole(), "{report:#?}");
    report
}

fn faults(dir: &Path, external: &[&str]) -> Vec<(Fault, Option<u64>)> {
    let report = verify(dir, &vault(), external).unwrap();
    report.findings.iter().map(|finding| (finding.fault, finding.at)).collect()
}

/// The directory as it would be found after a kill at this moment.
fn copy(dir: &Path) -> tempfile::TempDir {
    let image = scratch();
    fs::create_dir(image.path().join("audit")).unwrap();
    for entry in fs::read_dir(dir.join("audit")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, image.path().join("audit").join(path.file_name().unwrap())).unwrap();
    }
    image
}

/// A directory in memory, where syncing costs nothing, for tests that open a log thousands of times.
fn scratch() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

fn lines(bytes: &[u8]) -> Vec<serde_json::Value> {
    let used = bytes.split(|byte| *byte == 0).next().unwrap();
    used.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
}

fn kinds(dir: &Path) -> Vec<String> {
    let values = lines(&fs::read(log_file(dir)).unwrap());
    values.iter().map(|value| value["unmapped"]["panveil"]["type"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_record_is_on_disk_when_append_returns() {
    let dir = tempfile::tempdir().unwrap();
    register(dir.path(), "cli");
    let log = open(dir.path()).unwrap();
    let position = log.append(event()).unwrap();
    assert_eq!((position.seq(), position.stream().as_str()), (2, "cli"));
    assert_eq!(kinds(dir.path()), ["log.init", "log.start", "reveal.intent"]);
    log.close().unwrap();
    let report = whole(dir.path());
    assert_eq!((report.streams[0].records, report.streams[0].open_intents), (4, 1));
}

#[test]
fn a_record_validates_as_ocsf_and_holds_the_six_elements_of_pci_10_2_2() {
    let dir = tempfile::tempdir().unwrap();
    register(dir.path(), "cli");
    open(dir.path()).unwrap().append(event()).unwrap();
    let record = &lines(&fs::read(log_file(dir.path())).unwrap())[2];
    for (element, pointer) in [
        ("user", "/actor/user/uid"),
        ("type of event", "/unmapped/panveil/type"),
        ("date and time", "/time"),
        ("success or failure", "/status_id"),
        ("origination", "/src_endpoint/ip"),
        ("affected data", "/databucket/uid"),
    ] {
        assert!(record.pointer(pointer).is_some(), "{element}");
    }
    for (required, value) in
        [("/class_uid", 6005), ("/category_uid", 6), ("/activity_id", 10), ("/type_uid", 600_510)]
    {
        assert_eq!(record.pointer(required).unwrap(), value);
    }
    assert_eq!(record.pointer("/metadata/version").unwrap(), "1.9.0");
}

#[test]
fn a_second_writer_is_refused_until_the_first_has_closed() {
    let dir = tempfile::tempdir().unwrap();
    register(dir.path(), "cli");
    let log = open(dir.path()).unwrap();
    assert_eq!(open(dir.path()).err(), Some(Error::AuditLocked));
    log.close().unwrap();
    drop(open(dir.path()).unwrap());
    assert_eq!(kinds(dir.path()).last().unwrap(), "log.stop", "dropping closes");
}

#[test]
fn only_a_listed_stream_with_its_own_key_opens() {
    let dir = tempfile::tempdir().unwrap();
    register(dir.path(), "other");
    assert_eq!(open(dir.path()).err(), Some(Error::StreamUnknown));
    Streams::register(dir.path(), seed(1), &name("cli"), &seed(3)).unwrap();
    assert_eq!(open(dir.path()).err(), Some(Error::StreamUnknown));
}

#[test]
fn sixteen_threads_share_syncs_and_no_record_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    register(dir.path(), "cli");
    let log = open(dir.path()).unwrap();
    let mut seqs: Vec<u64> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16)
            .map(|_| scope.spawn(|| (0..50).map(|_| log.append(event()).unwrap().seq()).collect::<Vec<_>>()))
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    log.close().unwrap();
    seqs.sort_unstable();
    seqs.dedup();
    assert_eq!(seqs.len(), 800);
    assert_eq!(whole(dir.path()).streams[0].open_intents, 800);
}

#[test]
fn a_log_verifies_while_it_is_being_written() {
    let dir = scratch();
    register(dir.path(), "cli");
    let options =
        Options { segment_bytes: 50_000, extent_bytes: 8_192, checkpoint_records: 7, ..Options::default() };
    let log = opening(dir.path()).options(options).open().unwrap();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| (0..1_000).for_each(|_| drop(log.append(event()).unwrap())));
        let mut rounds = 0;
        while !writer.is_finished() || rounds == 0 {
            whole(dir.path());
            rounds += 1;
        }
    });
    log.close().unwrap();
    assert!(whole(dir.path()).streams[0].segments > 10);
}

#[test]
fn every_cut_of_the_last_records_is_recovered_and_said() {
    let dir = scratch();
    register(dir.path(), "cli");
    let log = open(dir.path()).unwrap();
    log.append(event()).unwrap();
    log.checkpoint().unwrap();
    log.append(event()).unwrap();
    log.append(event()).unwrap();
    let image = copy(dir.path());
    let bytes = fs::read(log_file(image.path())).unwrap();
    let used = bytes.iter().position(|byte| *byte == 0).unwrap();
    let ends: Vec<_> = (0..used).filter(|i| bytes[*i] == b'\n').map(|i| i + 1).collect();
    assert_eq!(ends.len(), 5);
    for cut in ends[2] - 1..=used {
        // A cut may leave a shorter file, or zeros (what was allocated but never written).
        for zeros in [false, true] {
            if zeros && cut % 16 != 0 {
                continue;
            }
            let image = copy(image.path());
            let mut left = bytes[..cut].to_vec();
            if zeros {
                left.resize(bytes.len(), 0);
            }
            fs::write(log_file(image.path()), &left).unwrap();
            if cut < ends[2] {
                assert_eq!(open(image.path()).err(), Some(Error::AuditDamaged), "the checkpoint counts more");
                continue;
            }
            drop(open(image.path()).unwrap());
            let kept = ends.iter().filter(|end| **end <= cut).count();
            let garbage = cut - ends[kept - 1];
            let records = lines(&fs::read(log_file(image.path())).unwrap());
            let own = &records[kept]["unmapped"]["panveil"];
            if garbage == 0 {
                assert_eq!(own["type"], "log.start", "cut at {cut}");
            } else {
                assert_eq!(own["type"], "log.recovered", "cut at {cut}");
                assert_eq!(own["details"]["bytes"], garbage, "cut at {cut}");
            }
            let report = whole(image.path());
            assert_eq!(report.streams[0].recoveries, u64::from(garbage > 0));
        }
    }
}

#[test]
fn pages_that_never_became_durable_are_cut_and_said() {
    let dir = scratch();
    register(dir.path(), "cli");
    let log = open(dir.path()).unwrap();
    (0..20).for_each(|_| drop(log.append(event()).unwrap()));
    let image = copy(dir.path());
    let mut bytes = fs::read(log_file(image.path())).unwrap();
    let used = bytes.iter().position(|byte| *byte == 0).unwrap();
    // A loss of power wrote the later pages of a batch and not one before them.
    bytes[8192..8192 + 4096].fill(0);
    fs::write(log_file(image.path()), &bytes).unwrap();
    let start = bytes[..8192].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    let log = open(image.path()).unwrap();
    log.append(event()).unwrap();
    log.close().unwrap();
    let text = fs::read_to_string(log_file(image.path())).unwrap();
    assert!(text.contains(&format!("\"bytes\":{}", used - start)), "to the last byte that is not zero");
    whole(image.path());
}

#[test]
fn what_no_crash_leaves_is_refused_at_opening() {
    let dir = scratch();
    register(dir.path(), "cli");
    let log = open(dir.path()).unwrap();
    (0..5).for_each(|_| drop(log.append(event()).unwrap()));
    log.checkpoint().unwrap();
    let old = fs::read(dir.path().join("audit/cli.checkpoint")).unwrap();
    log.append(event()).unwrap();
    log.close().unwrap();
    type Attack = fn(&Path, &[u8]);
    let attacks: [(&str, Attack); 6] = [
        ("log removed", |dir, _| fs::remove_file(log_file(dir)).unwrap()),
        ("log emptied", |dir, _| fs::write(log_file(dir), b"").unwrap()),
        ("checkpoint removed", |dir, _| fs::remove_file(dir.join("audit/cli.checkpoint")).unwrap()),
        ("checkpoint edited", |dir, _| {
            let path = dir.join("audit/cli.checkpoint");
            let text = fs::read_to_string(&path).unwrap().replace("keyring=0", "keyring=1");
            fs::write(path, text).unwrap();
        }),
        ("a covered record edited", |dir, _| {
            let text = fs::read_to_string(log_file(dir)).unwrap().replacen("CB-1042", "CB-1043", 1);
            fs::write(log_file(dir), text).unwrap();
        }),
        ("older checkpoint and a later record edited", |dir, old| {
            fs::write(dir.join("audit/cli.checkpoint"), old).unwrap();
            let mut bytes = fs::read(log_file(dir)).unwrap();
            let at = bytes.windows(7).rposition(|window| window == b"CB-1042").unwrap();
            bytes[at] = b'X';
            fs::write(log_file(dir), bytes).unwrap();
        }),
    ];
    for (attack, run) in attacks {
        let image = copy(dir.path());
        run(image.path(), &old);
        assert_eq!(open(image.path()).err(), Some(Error::AuditDamaged), "{attack}");
        assert!(!verify(image.path(), &vault(), &[]).unwrap().is_whole(), "{attack}");
    }
}

#[test]
fn a_file_removed_or_replaced_while_open_fails_closed_until_reopened() {
    type Attack = fn(&Path);
    let attacks: [Attack; 4] = [
        |dir| fs::remove_file(log_file(dir)).unwrap(),
        |dir| {
            fs::copy(log_file(dir), dir.join("copy")).unwrap();
            fs::rename(dir.join("copy"), log_file(dir)).unwrap();
        },
        |dir| OpenOptions::new().write(true).open(log_file(dir)).unwrap().set_len(10).unwrap(),
        |dir| fs::remove_file(dir.join("audit/cli.lock")).unwrap(),
    ];
    for (i, attack) in attacks.iter().enumerate() {
        let dir = tempfile::tempdir().unwrap();
        register(dir.path(), "cli");
        let log = open(dir.path()).unwrap();
        log.append(event()).unwrap();
        attack(dir.path());
        assert_eq!(log.append(event()).err(), Some(Error::AuditReplaced), "attack {i}");
        assert_eq!(log.append(event()).err(), Some(Error::AuditUnavailable), "attack {i}");
        assert!(log.has_failed());
        let reopened = log.reopen();
        match i {
            // The copy is the log itself, to the byte, and another lock can be taken: it may go on.
            1 | 3 => {
                reopened.unwrap();
                log.append(event()).unwrap();
                log.close().unwrap();
                whole(dir.path());
            }
            _ => assert_eq!(reopened.err(), Some(Error::AuditDamaged), "attack {i}"),
        }
    }
}

#[test]
fn a_hanging_hook_is_a_timeout_and_the_log_opens_again() {
    let dir = tempfile::tempdir().unwrap();
    register(dir.path(), "cli");
    let (entered, has_entered) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let options = Options { deadline: Duration::from_millis(300), heartbeat_ms: 1, ..Options::default() };
    let mut hang = true;
    let log = opening(dir.path())
        .options(options)
        .poll(move |_| {
            if core::mem::take(&mut hang) {
                entered.send(()).unwrap();
                released.recv().unwrap();
            }
            Vec::new()
        })
        .open()
        .unwrap();
    has_entered.recv().unwrap();
    let started = Instant::now();
    assert_eq!(log.append(event()).err(), Some(Error::AuditTimeout));
    assert!(started.elapsed() >= Duration::from_millis(300));
    assert_eq!(log.append(event()).err(), Some(Error::AuditUnavailable));
    assert_eq!(log.reopen().err(), Some(Error::AuditTimeout));
    release.send(()).unwrap();
    // The thread works off what was asked meanwhile; how long that takes is the disk's.
    while log.reopen().is_err() {}
    log.append(event()).unwrap();
    log.close().unwrap();
    whole(dir.path());
}

#[test]
fn tail_and_wholesale_replacement_are_detected_from_a_witness() {
    let dir = scratch();
    register(dir.path(), "cli");
    let log = open(dir.path()).unwrap();
    log.append(event()).unwrap();
    log.checkpoint().unwrap();
    let early = copy(dir.path());
    (0..5).for_each(|_| drop(log.append(event()).unwrap()));
    log.checkpoint().unwrap();
    let witness = fs::read_to_string(dir.path().join("audit/cli.checkpoint")).unwrap();
    log.close().unwrap();
    assert_eq!(faults(dir.path(), &[&witness]), []);
    // Log and checkpoint put back to an earlier state, both genuine: only the witness knows.
    assert_eq!(faults(early.path(), &[]), []);
    assert_eq!(faults(early.path(), &[&witness]), [(Fault::TailMissing, Some(3))]);
    // Another log under the same keys.
    let other = scratch();
    register(other.path(), "cli");
    let log = open(other.path()).unwrap();
    (0..20).for_each(|_| drop(log.append(event()).unwrap()));
    log.close().unwrap();
    assert_eq!(faults(other.path(), &[]), []);
    assert_eq!(faults(other.path(), &[&witness]), [(Fault::Rewritten, Some(0))]);
    let edited = witness.replacen("keyring=0", "keyring=9", 1);
    assert_eq!(faults(dir.path(), &[&edited]), [(Fault::ExternalInvalid, None)]);
    assert_eq!(faults(dir.path(), &["x"]), [(Fault::ExternalInvalid, None)]);
}

#[test]
fn missing_and_unlisted_streams_and_lists_are_found() {
    let dir = scratch();
    register(dir.path(), "cli");
    register(dir.path(), "app-1");
    open(dir.path()).unwrap().close().unwrap();
    // Listed and not yet opened: where a kill left it.
    assert_eq!(faults(dir.path(), &[]), []);
    let checkpoint = dir.path().join("audit/app-1.checkpoint");
    let none = fs::read(&checkpoint).unwrap();
    fs::remove_file(&checkpoint).unwrap();
    assert_eq!(faults(dir.path(), &[]), [(Fault::CheckpointMissing, None), (Fault::StreamMissing, None)]);
    assert_eq!(last_generations(dir.path(), &vault()).err(), Some(Error::AuditDamaged));
    fs::write(&checkpoint, none).unwrap();
    Opening::new(dir.path(), &vault(), &name("app-1"), seed(2), Arc::new(HostClock))
        .open()
        .unwrap()
        .close()
        .unwrap();
    assert_eq!(faults(dir.path(), &[]), []);
    // A record of one stream in the other's place.
    let image = copy(dir.path());
    fs::copy(dir.path().join("audit/app-1.jsonl"), log_file(image.path())).unwrap();
    assert_eq!(faults(image.path(), &[]), [(Fault::WrongStream, Some(0))]);
    fs::copy(log_file(dir.path()), dir.path().join("audit/shadow.jsonl")).unwrap();
    let report = verify(dir.path(), &vault(), &[]).unwrap();
    assert_eq!(report.findings.len(), 1);
    assert_eq!(report.findings[0].to_string(), "shadow.jsonl: the file belongs to no stream of the list");
    fs::remove_file(dir.path().join("audit/streams")).unwrap();
    assert_eq!(faults(dir.path(), &[]), [(Fault::ListDamaged, None)]);
    assert_eq!(faults(scratch().path(), &[]), [(Fault::ListDamaged, None)]);
}

#[test]
fn faults_in_files_are_named_as_those_in_memory() {
    let dir = scratch();
    register(dir.path(), "cli");
    let options = Options { segment_bytes: 20_000, ..Options::default() };
    let log = opening(dir.path()).options(options).open().unwrap();
    (0..60).for_each(|_| drop(log.append(event()).unwrap()));
    log.close().unwrap();
    let segments = whole(dir.path()).streams[0].segments;
    assert!(segments >= 3, "{segments}");
    let mut names: Vec<_> = fs::read_dir(dir.path().join("audit"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".jsonl"))
        .collect();
    names.sort();
    let mut first = 0;
    for (i, file) in names.iter().enumerate() {
        let path = |image: &tempfile::TempDir| image.path().join("audit").join(file);
        let bytes = fs::read(dir.path().join("audit").join(file)).unwrap();
        let records: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
        let count = records.len() as u64;
        let edit = |edited: Vec<u8>| {
            let image = copy(dir.path());
            fs::write(path(&image), edited).unwrap();
            faults(image.path(), &[])
        };
        let last = records.len() - 1;
        // The first and the last record of a segment, each way.
        for at in [0, 1, last - 1, last] {
            let mut altered: Vec<Vec<u8>> = records.iter().map(|record| record.to_vec()).collect();
            let middle = altered[at].len() / 2;
            altered[at][middle] ^= 1;
            let found = edit(altered.concat());
            assert_eq!(
                found.iter().map(|(_, at)| *at).collect::<Vec<_>>(),
                [Some(first + at as u64)],
                "{file} {at}"
            );
            let deleted: Vec<_> =
                records.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, r)| *r).collect();
            assert_eq!(edit(deleted.concat()).len(), 1, "{file} {at}");
        }
        let appended = edit([bytes.as_slice(), b"\0\0\0x"].concat());
        assert_eq!(appended, [(Fault::AfterEnd, Some(first + count))], "{file}");
        let image = copy(dir.path());
        fs::remove_file(path(&image)).unwrap();
        let expected = if i + 1 == names.len() { Fault::TailMissing } else { Fault::Missing };
        assert_eq!(faults(image.path(), &[]), [(expected, Some(first))], "{file}");
        first += count;
    }
}

#[test]
fn the_highest_generations_of_all_checkpoints_are_remembered() {
    let dir = scratch();
    register(dir.path(), "cli");
    register(dir.path(), "app-1");
    assert_eq!(last_generations(dir.path(), &vault()).unwrap(), Generations::default());
    let store = Arc::new(AtomicU64::new(1));
    let open_at = |stream, keyring, config| {
        let store = Arc::clone(&store);
        Opening::new(dir.path(), &vault(), &name(stream), seed(2), Arc::new(HostClock))
            .generations(move || Generations { keyring, config, store: store.load(Ordering::Relaxed) })
            .open()
            .unwrap()
    };
    open_at("cli", 3, 2).close().unwrap();
    let log = open_at("app-1", 2, 1);
    // What the store became while the log was open.
    store.store(17, Ordering::Relaxed);
    log.checkpoint().unwrap();
    let highest = Generations { keyring: 3, config: 2, store: 17 };
    assert_eq!(last_generations(dir.path(), &vault()).unwrap(), highest);
    drop(log);
    let path = dir.path().join("audit/cli.checkpoint");
    let edited = fs::read_to_string(&path).unwrap().replace("keyring=3", "keyring=2");
    fs::write(path, edited).unwrap();
    assert_eq!(last_generations(dir.path(), &vault()).err(), Some(Error::AuditDamaged));
}

const CHILD: &str = "PANVEIL_TEST_APPEND_IN";

/// Not a test of its own: the process that `records_acknowledged_before_kill_9_are_there_afterwards` kills.
#[test]
fn child_appends_until_killed() {
    let Ok(dir) = std::env::var(CHILD) else { return };
    let options =
        Options { segment_bytes: 30_000, extent_bytes: 8_192, checkpoint_records: 5, ..Options::default() };
    let log = opening(Path::new(&dir)).options(options).open().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                loop {
                    let seq = log.append(event()).unwrap().seq();
                    // Not `println`, which the test harness would capture.
                    std::io::stdout().lock().write_all(format!("\nack {seq}\n").as_bytes()).unwrap();
                }
            });
        }
    });
}

#[test]
fn records_acknowledged_before_kill_9_are_there_afterwards() {
    let dir = tempfile::tempdir().unwrap();
    register(dir.path(), "cli");
    let mut acknowledged = Vec::new();
    for round in 0..30_u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_appends_until_killed", "--nocapture", "--test-threads=1"])
            .env(CHILD, dir.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut acks = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map_while(std::result::Result::ok)
            .filter_map(|line| line.strip_prefix("ack ")?.parse::<u64>().ok());
        let wanted = 1 + (round * 7919) as usize % 60;
        acknowledged.extend(acks.by_ref().take(wanted));
        // SIGKILL; what was acknowledged until it struck is still in the pipe.
        child.kill().unwrap();
        acknowledged.extend(acks);
        child.wait().unwrap();
    }
    let last = *acknowledged.iter().max().unwrap();
    whole(dir.path());
    open(dir.path()).unwrap().close().unwrap();
    let report = whole(dir.path());
    assert!(report.streams[0].records > last, "{last} {report:?}");
    let mut intents = std::collections::HashSet::new();
    for entry in fs::read_dir(dir.path().join("audit")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            for record in lines(&fs::read(path).unwrap()) {
                let own = &record["unmapped"]["panveil"];
                if own["type"] == "reveal.intent" {
                    intents.insert(own["seq"].as_u64().unwrap());
                }
            }
        }
    }
    assert!(acknowledged.len() > 500);
    assert!(acknowledged.iter().all(|seq| intents.contains(seq)));
}

/// A small file system of its own, if this user may mount one.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let status = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"])
            .arg(dir.path())
            .stderr(Stdio::null())
            .status();
        status.is_ok_and(|status| status.success()).then_some(Self(dir))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[test]
fn a_full_disk_is_said_in_the_log_which_then_refuses() {
    let Some(disk) = SmallDisk::mount() else {
        eprintln!("skipped: this user may not mount a small file system");
        return;
    };
    let dir = disk.0.path();
    register(dir, "cli");
    let options = Options { extent_bytes: 16_384, ..Options::default() };
    let log = opening(dir).options(options).open().unwrap();
    log.append(event()).unwrap();
    let mut filler = File::create(dir.join("filler")).unwrap();
    while filler.write_all(&[7; 4096]).is_ok() {}
    while filler.write_all(&[7; 1]).is_ok() {}
    let mut taken = 0;
    let error = loop {
        match log.append(event()) {
            Ok(_) => taken += 1,
            Err(error) => break error,
        }
        assert!(taken < 100);
    };
    assert_eq!(error, Error::DiskFull);
    assert_eq!(log.append(event()).err(), Some(Error::AuditUnavailable));
    let report = whole(dir);
    let stream = &report.streams[0];
    assert_eq!((stream.records, stream.covered), (4 + taken, 4 + taken), "the last record is covered too");
    let text = fs::read_to_string(log_file(dir)).unwrap();
    let last = text.lines().last().unwrap();
    assert!(last.contains("\"log.stop\"") && last.contains("\"DiskFull\""), "{last}");
    assert_eq!(log.reopen().err(), Some(Error::DiskFull), "the disk is still full");
    drop(filler);
    fs::remove_file(dir.join("filler")).unwrap();
    log.reopen().unwrap();
    log.append(event()).unwrap();
    log.close().unwrap();
    whole(dir);
}
