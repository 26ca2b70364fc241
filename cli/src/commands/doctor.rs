//! `panveil doctor`: checks a vault from all sides.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use panveil::audit::{VaultKey, verify};
use panveil::vault::{OpenOptions, Unlock, Vault};
use serde_json::json;

use super::{Outcome, Result};
use crate::args::DirArgs;
use crate::terminal::{Terminal, table};

/// One line of the report.
struct Check {
    what: &'static str,
    good: bool,
    found: String,
}

pub(crate) fn run(args: &DirArgs, unlock: Unlock, terminal: Terminal) -> Result {
    let mut checks = vec![permissions(&args.dir), space(&args.dir), aes()];
    let mut key = None;
    match Vault::open(&args.dir, unlock, OpenOptions::command()?) {
        Ok(vault) => {
            checks.push(Check {
                what: "keyring, manifest, configuration, store, audit stream",
                good: true,
                found: format!("opened, keyring generation {}", vault.keyring_generation()),
            });
            checks.extend(vault.warnings().iter().map(|warning| Check {
                what: "configuration",
                good: true,
                found: warning.clone(),
            }));
            checks.push(of("store rows", vault.check_store(), "every row is authentic"));
            checks.push(locks(&vault));
            key = vault.audit_key().ok();
            checks.push(of("closing", vault.close(), "the last records are signed"));
        }
        Err(problem) => checks.push(Check { what: "opening", good: false, found: problem.to_string() }),
    }
    checks.push(log(&args.dir, key.as_ref()));

    let rows: Vec<Vec<String>> = checks
        .iter()
        .map(|check| vec![mark(check.good).to_owned(), check.what.to_owned(), check.found.clone()])
        .collect();
    let values: Vec<_> = checks
        .iter()
        .map(|check| json!({ "check": check.what, "good": check.good, "found": check.found }))
        .collect();
    let good = checks.iter().all(|check| check.good);
    terminal.result(&json!({ "good": good, "checks": values }), &table(&["", "check", "found"], &rows));
    Ok(if good { Outcome::Done } else { Outcome::Refused })
}

const fn mark(good: bool) -> &'static str {
    if good { "ok" } else { "BAD" }
}

fn of(what: &'static str, outcome: panveil::Result<()>, good: &str) -> Check {
    match outcome {
        Ok(()) => Check { what, good: true, found: good.to_owned() },
        Err(error) => Check { what, good: false, found: error.to_string() },
    }
}

/// Nobody but the owner should read keyring and state.
fn permissions(dir: &Path) -> Check {
    let what = "permissions";
    let open: Vec<String> = ["", "keyring.pvk", "state.db", "manifest", "audit"]
        .iter()
        .map(|name| dir.join(name))
        .filter(|path| path.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0))
        .map(|path| path.display().to_string())
        .collect();
    if open.is_empty() {
        Check { what, good: true, found: "only the owner can read the vault".to_owned() }
    } else {
        Check { what, good: false, found: format!("others can read {}: chmod go-rwx", open.join(", ")) }
    }
}

fn space(dir: &Path) -> Check {
    let what = "free space";
    match rustix::fs::statvfs(dir) {
        Ok(space) => {
            let free = space.f_bavail.saturating_mul(space.f_frsize) >> 20;
            Check { what, good: free >= 256, found: format!("{free} MiB free, at least 256 are wanted") }
        }
        Err(error) => Check { what, good: false, found: error.to_string() },
    }
}

fn aes() -> Check {
    #[cfg(any(target_arch = "x86_64", target_arch = "x86"))]
    let fast = std::arch::is_x86_feature_detected!("aes");
    #[cfg(target_arch = "aarch64")]
    let fast = std::arch::is_aarch64_feature_detected!("aes");
    #[cfg(not(any(target_arch = "x86_64", target_arch = "x86", target_arch = "aarch64")))]
    let fast = false;
    let found =
        if fast { "the processor has AES instructions" } else { "AES in software, constant-time and slow" };
    Check { what: "AES", good: true, found: found.to_owned() }
}

fn locks(vault: &Vault) -> Check {
    match vault.locks() {
        Ok(locks) => Check { what: "locks", good: true, found: format!("{} locked", locks.len()) },
        Err(error) => Check { what: "locks", good: false, found: error.to_string() },
    }
}

/// Verifies the log with the key of the keyring; that in DIR/audit must be the same.
fn log(dir: &Path, own: Option<&VaultKey>) -> Check {
    let what = "audit log";
    let path = dir.join("audit").join("vault.vkey");
    let key = std::fs::read_to_string(&path).ok().and_then(|text| text.trim().parse::<VaultKey>().ok());
    let Some(key) = key else {
        return Check { what, good: false, found: format!("{} holds no audit key", path.display()) };
    };
    if own.is_some_and(|own| *own != key) {
        let found = format!("{} is not the audit key of this vault", path.display());
        return Check { what, good: false, found };
    }
    match verify(dir, &key, &[]) {
        Ok(report) if report.is_whole() => {
            let records: u64 = report.streams.iter().map(|stream| stream.records).sum();
            Check {
                what,
                good: true,
                found: format!("{records} records in {} stream(s), whole", report.streams.len()),
            }
        }
        Ok(report) => {
            let first = report.findings.first().map(ToString::to_string).unwrap_or_default();
            Check { what, good: false, found: first }
        }
        Err(error) => Check { what, good: false, found: error.to_string() },
    }
}
