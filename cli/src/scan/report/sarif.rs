//! The report as a SARIF 2.1.0 log (OASIS, 2020-03-27; errata 01 of 2023).

use serde_json::{Value, json};

use super::{FileReport, Report};
use crate::scan::find::{Fault, Find, Place};

/// The log: one run, a rule for each kind, a result for each listed find.
pub(super) fn log(report: &Report) -> Value {
    let results =
        report.files.iter().flat_map(|file| file.finds.iter().map(|find| result(report, file, find)));
    let allowed = report.allowed.iter().filter(|allowed| allowed.kind != "not_looked_into").map(|allowed| {
        let mut result = json!({
            "ruleId": allowed.kind,
            "kind": "review",
            "level": "none",
            "message": { "text": format!("{} allowed: {}", allowed.count, allowed.reason) },
            "locations": [location(&allowed.path, None)],
            "suppressions": [{ "kind": "external", "justification": allowed.reason }],
        });
        if let (Some(mask), Some(fields)) = (&allowed.mask, result.as_object_mut()) {
            fields.insert("properties".into(), json!({ "mask": mask, "count": allowed.count }));
        }
        result
    });
    let notifications: Vec<Value> = [
        ("warning", &report.not_looked_into),
        ("error", &report.unreadable),
        ("warning", &report.not_redacted),
        ("note", &report.skipped),
    ]
    .iter()
    .flat_map(|(level, faults)| faults.iter().map(|fault| notification(level, fault)))
    .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": report.tool.name,
                "version": report.tool.version,
                "semanticVersion": report.tool.version,
                "rules": rules(),
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": report.unreadable.is_empty(),
                "endTimeUtc": report.scanned_at,
                "toolExecutionNotifications": notifications,
            }],
            "results": results.chain(allowed).collect::<Vec<Value>>(),
            "properties": { "finds": report.totals.finds, "files": report.totals.files, "bytes": report.totals.bytes },
        }],
    })
}

/// A rule for each kind of find: name, and what to do.
const RULES: [(&str, &str, &str); 5] = [
    ("pan", "CardNumber", "A card number is stored in readable form (PCI DSS 3.5.1)."),
    (
        "track1",
        "Track1",
        "Track 1 of a magnetic stripe is stored; it may not be kept after authorization (PCI DSS 3.3.1.1).",
    ),
    (
        "track2",
        "Track2",
        "Track 2 of a magnetic stripe is stored; it may not be kept after authorization (PCI DSS 3.3.1.1).",
    ),
    (
        "security_code",
        "SecurityCode",
        "A card security code is stored; it may not be kept after authorization (PCI DSS 3.3.1.2).",
    ),
    ("pin", "Pin", "A PIN or PIN block is stored; it may not be kept after authorization (PCI DSS 3.3.1.3)."),
];

fn rules() -> Vec<Value> {
    let rule = |(id, name, text): &(&str, &str, &str)| {
        json!({
            "id": id,
            "name": name,
            "shortDescription": { "text": text },
            "defaultConfiguration": { "level": "error" },
        })
    };
    RULES.iter().map(rule).collect()
}

fn result(report: &Report, file: &FileReport, find: &Find) -> Value {
    let level = match find.confidence.as_ref() {
        "low" => "note",
        "medium" => "warning",
        _ => "error",
    };
    let mask = find.mask.as_deref();
    let what = [Some(find.kind.as_ref()), find.brand.as_deref(), mask];
    let what: Vec<&str> = what.into_iter().flatten().collect();
    let text = format!("{} in {}, {}", what.join(" "), file.path, find.place);
    let mut result = json!({
        "ruleId": find.kind,
        "level": level,
        "message": { "text": text },
        "locations": [location(&file.path, Some(&find.place))],
        "partialFingerprints": {
            "panveil/v1": format!("{}|{}|{}", file.path, find.kind, mask.unwrap_or_default()),
        },
        "properties": { "confidence": find.confidence, "reason": find.reason, "writing": find.writing },
    });
    if let (Some(comparison), Some(fields)) = (&report.baseline, result.as_object_mut()) {
        let new = comparison.is_new(&file.path, &find.kind, mask);
        fields.insert("baselineState".into(), if new { "new" } else { "unchanged" }.into());
    }
    result
}

/// A member of an archive is a logical location in the archive's file.
fn location(path: &str, place: Option<&Place>) -> Value {
    let file = path.split('!').next().unwrap_or(path);
    let mut physical = json!({ "artifactLocation": { "uri": uri(file) } });
    let mut logical = Vec::new();
    if file != path {
        logical.push(json!({ "fullyQualifiedName": path, "kind": "member" }));
    }
    match place {
        Some(Place::Text { line, offset, length }) if file == path => {
            let mut region = json!({ "byteOffset": offset, "byteLength": length });
            if let (Some(line), Some(fields)) = (line, region.as_object_mut()) {
                fields.insert("startLine".into(), (*line).into());
            }
            if let Some(fields) = physical.as_object_mut() {
                fields.insert("region".into(), region);
            }
        }
        Some(Place::Cell { table, column, .. }) => {
            logical.push(json!({ "fullyQualifiedName": format!("{table}.{column}"), "kind": "column" }));
        }
        _ => {}
    }
    let mut location = json!({ "physicalLocation": physical });
    if let Some(fields) = location.as_object_mut().filter(|_| !logical.is_empty()) {
        fields.insert("logicalLocations".into(), logical.into());
    }
    location
}

/// A path as a URI reference (RFC 3986): relative, or of the file scheme.
fn uri(path: &str) -> String {
    let mut uri = String::from(if path.starts_with('/') { "file://" } else { "" });
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'-' | b'_' | b'~' | b'*') {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

fn notification(level: &str, fault: &Fault) -> Value {
    json!({
        "level": level,
        "message": { "text": format!("{}: {}", fault.path, fault.reason) },
        "locations": [location(&fault.path, None)],
    })
}
