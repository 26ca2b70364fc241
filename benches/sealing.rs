//! Sealing and opening, beside AES-256-GCM-SIV alone.

use std::hint::black_box;

use aes_gcm_siv::aead::{AeadInOut, KeyInit};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use criterion::Criterion;
use panveil::card::id::{Application, FieldName, RecordId};
use panveil::crypto::aead::CommittingAead;
use panveil::crypto::secret::Secret;
use panveil::protect::Sealed;
use panveil_benches::lab::{Lab, pan};
use panveil_benches::provider::Failure;

fn main() -> Result<(), Failure> {
    let mut criterion = Criterion::default().configure_from_args();
    sealing(&mut criterion)?;
    criterion.final_summary();
    Ok(())
}

fn sealing(criterion: &mut Criterion) -> Result<(), Failure> {
    let lab = Lab::new()?;
    let record = RecordId::new("C00000017")?;
    let (sealer, number) = (lab.sealer()?, pan(16, 1)?);
    let names = lab.vault.sealer(Application::new("bench")?, FieldName::new("name")?)?;
    let text = sealer.seal_pan(&number, &record)?.to_text();
    let mut group = criterion.benchmark_group("seal");
    group.bench_function("card number", |b| b.iter(|| sealer.seal_pan(black_box(&number), &record)));
    group.bench_function("name of 64 bytes", |b| b.iter(|| names.seal(black_box(&[b'x'; 64]), &record)));
    group.bench_function("record to text", |b| {
        let sealed = Sealed::from_text(&text).expect("a record");
        b.iter(|| black_box(&sealed).to_text());
    });
    group.bench_function("record from text", |b| b.iter(|| Sealed::from_text(black_box(&text))));
    group.finish();

    // The cipher alone, with associated data as long as a record's.
    let (secret, nonce, associated) = (Secret::random()?, [1; 12], [2; 57]);
    let cipher = Aes256GcmSiv::new(secret.expose().into());
    let committing = CommittingAead::new(&secret)?;
    let mut group = criterion.benchmark_group("aes-256-gcm-siv of 20 bytes");
    group.bench_function("aes-gcm-siv encrypt", |b| {
        let mut body = [3; 20];
        b.iter(|| {
            cipher.encrypt_inout_detached(&Nonce::from(nonce), &associated, black_box(&mut body[..]).into())
        });
    });
    group.bench_function("committing encrypt", |b| {
        let mut body = [3; 20];
        b.iter(|| committing.encrypt(&nonce, &associated, black_box(&mut body)));
    });
    group.bench_function("committing decrypt", |b| {
        let mut body = [3; 20];
        let tag = committing.encrypt(&nonce, &associated, &mut body).expect("it is short");
        b.iter(|| committing.decrypt(&nonce, &associated, black_box(&mut body.clone()), &tag));
    });
    group.bench_function("key and id from a secret", |b| b.iter(|| CommittingAead::new(black_box(&secret))));
    group.finish();
    Ok(())
}
