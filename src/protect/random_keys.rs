//! The keys of random tokens, and the rows they make.
//!
//! A token's row is found by a keyed hash of its handle, so the store lists no tokens; it holds the card number, sealed
//! for that hash, and when the token ends. The key of an opaque token's row is made of the lookup key *and the token*:
//! store and keyring without the tokens do not open it. A second kind of row says which token a card number, or a
//! request, was given before.
//!
//! All keys come from the lookup root whose version is in the token's format. Rows are not sealed under seal keys: those
//! open for four years, an application's tokens live as long as its tables, and the row of an opaque token could not be
//! sealed anew without it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::draw::Randomness;
use super::token::{Token, TokenFormat, TokenKind};
use crate::card::id::TenantId;
use crate::card::pan::{Pan, PanRules};
use crate::clock::Timestamp;
use crate::crypto::aead::{CommittingAead, NONCE_LENGTH, TAG_LENGTH};
use crate::crypto::kdf::{self, Label};
use crate::crypto::secret::Secret;
use crate::error::{Error, Result};
use crate::keys::keyring::Keyring;
use crate::keys::purpose::KeyPurpose;
use crate::keys::root::{KeyFacts, RootKey};
use crate::keys::state::KeyUse;
use crate::store::Fields;

/// The name of a row: 128 bits of a keyed hash.
pub(crate) type RowName = [u8; 16];

/// The keys of random tokens of one tenant, all versions.
pub(crate) struct RandomKeys {
    /// Newest first.
    lookups: Vec<LookupKey>,
}

/// One version of the lookup key.
struct LookupKey {
    facts: KeyFacts,
    rows: Hmac<Sha256>,
    /// Seals the rows of tokens shaped like card numbers.
    shaped: CommittingAead,
    /// With a token, seals the row of an opaque one.
    opaque: Secret,
    again: Hmac<Sha256>,
    /// Seals which token a card was given.
    cards: CommittingAead,
    /// With a request's id, seals which token it was given.
    requests: Secret,
}

/// What is asked for again.
#[derive(Clone, Copy)]
pub(super) enum Asked<'a> {
    /// A token of this kind for this card number.
    Card(TokenKind, &'a Pan),
    /// The token of this request.
    Request(&'a [u8; 16]),
}

/// Which token was given before.
pub(super) struct Given {
    pub(super) token: Token,
    pub(super) expires: Timestamp,
}

/// The row of a token: authentic, and not opened yet.
pub(crate) struct TokenRow {
    name: RowName,
    value: Vec<u8>,
}

impl RandomKeys {
    /// Derives every version there is for `tenant`; each use must look at state and dates.
    pub(crate) fn derive(keyring: &Keyring, tenant: &TenantId) -> Result<Self> {
        Self::of(keyring.versions(KeyPurpose::Lookup), tenant)
    }

    fn of<'r>(lookups: impl Iterator<Item = &'r RootKey>, tenant: &TenantId) -> Result<Self> {
        let lookups = lookups.map(|root| LookupKey::derive(root, tenant));
        let mut lookups = lookups.collect::<Result<Vec<_>>>()?;
        lookups.sort_by_key(|key| core::cmp::Reverse(key.facts.version));
        Ok(Self { lookups })
    }

    /// The name of a token's row.
    ///
    /// # Errors
    /// [`Error::NoSuchKey`] if the lookup key of its format is not at hand.
    pub(crate) fn name_of(&self, token: &Token) -> Result<RowName> {
        let mut mac = self.lookup(token.format().version())?.rows.clone();
        mac.update(token.to_string().as_bytes());
        short(mac)
    }

    /// Seals a card number for the row of `token`, which ends at `expires`.
    pub(super) fn seal_row(
        &self,
        token: &Token,
        name: &RowName,
        pan: &Pan,
        expires: Timestamp,
        random: &mut Randomness,
    ) -> Result<Vec<u8>> {
        let nonce = random.bytes::<NONCE_LENGTH>()?;
        let mut value = Vec::with_capacity(ROW_LENGTH);
        value.push(FORMAT);
        value.extend_from_slice(&expires.as_millis().to_be_bytes());
        let associated = associated(ROW_LABEL, name, &value);
        let mut plain = Zeroizing::new([0u8; PAN_PLAINTEXT]);
        for (place, digit) in plain.iter_mut().skip(1).zip(pan.expose()) {
            *place = *digit;
        }
        let key = self.lookup(token.format().version())?;
        let tag = key.for_row(token, |aead| aead.encrypt(&nonce, &associated, plain.as_mut_slice()))?;
        value.extend_from_slice(&nonce);
        value.extend_from_slice(plain.as_slice());
        value.extend_from_slice(&tag);
        Ok(value)
    }

    /// The row under `name`, if its token has not ended and its keys may be used.
    ///
    /// # Errors
    /// [`Error::NotAToken`] if there is no row, [`Error::TokenExpired`]; [`Error::KeyState`], [`Error::KeyPeriod`];
    /// [`Error::StoreVersion`] for a row of a later release.
    pub(crate) fn read(
        &self,
        token: &Token,
        name: RowName,
        value: Option<Vec<u8>>,
        now: Timestamp,
    ) -> Result<TokenRow> {
        self.lookup(token.format().version())?.facts.check(KeyUse::Process, now)?;
        let value = value.ok_or(Error::NotAToken)?;
        let mut fields = Fields::new(&value);
        fields.version(FORMAT)?;
        let expires = Timestamp::from_millis(fields.i64()?);
        if now >= expires {
            return Err(Error::TokenExpired);
        }
        Ok(TokenRow { name, value })
    }

    /// The card number in a token's row.
    ///
    /// # Errors
    /// [`Error::NotAuthentic`] whatever is wrong with it.
    pub(crate) fn open_row(&self, token: &Token, row: &TokenRow) -> Result<Pan> {
        let (start, nonce, body, tag) = parts(&row.value).ok_or(Error::NotAuthentic)?;
        let associated = associated(ROW_LABEL, &row.name, start);
        let mut plain = Zeroizing::new(body.to_vec());
        let key = self.lookup(token.format().version())?;
        key.for_row(token, |aead| aead.decrypt(nonce, &associated, &mut plain, tag))?;
        let (kind, digits) = plain.split_first().ok_or(Error::NotAuthentic)?;
        let end = digits.iter().position(|byte| *byte == 0).unwrap_or(digits.len());
        let (digits, padding) = digits.split_at_checked(end).ok_or(Error::NotAuthentic)?;
        if *kind != KIND_PAN || plain.len() != PAN_PLAINTEXT || padding.iter().any(|byte| *byte != 0) {
            return Err(Error::NotAuthentic);
        }
        PanRules::new().allow_12_digits().parse(digits).map_err(|_| Error::NotAuthentic)
    }

    /// The names under which what is asked for may have been noted: one for each lookup key that may still be used,
    /// newest first.
    pub(super) fn again_names(&self, asked: Asked<'_>, now: Timestamp) -> Result<Vec<(u32, RowName)>> {
        let usable = self.lookups.iter().filter(|key| key.facts.check(KeyUse::Process, now).is_ok());
        usable.map(|key| Ok((key.facts.version, key.again_name(asked)?))).collect()
    }

    /// Notes which token was given, under the lookup key that is in the token's format.
    pub(super) fn seal_given(
        &self,
        asked: Asked<'_>,
        name: &RowName,
        given: &Given,
        random: &mut Randomness,
    ) -> Result<Vec<u8>> {
        let version = given.token.format().version();
        let nonce = random.bytes::<NONCE_LENGTH>()?;
        let mut value = vec![FORMAT];
        value.extend_from_slice(&given.expires.as_millis().to_be_bytes());
        let associated = associated(AGAIN_LABEL, name, &value);
        let mut plain = given.token.to_string().into_bytes();
        // One length for all, so that the length tells nothing of the token.
        plain.resize(GIVEN_PLAINTEXT, 0);
        let tag =
            self.lookup(version)?.for_note(asked, |aead| aead.encrypt(&nonce, &associated, &mut plain))?;
        value.extend_from_slice(&nonce);
        value.extend_from_slice(&plain);
        value.extend_from_slice(&tag);
        Ok(value)
    }

    /// Which token was given, as version `version` of the lookup key noted it.
    pub(super) fn open_given(
        &self,
        asked: Asked<'_>,
        version: u32,
        name: &RowName,
        value: &[u8],
    ) -> Result<Given> {
        let mut fields = Fields::new(value);
        fields.version(FORMAT)?;
        let expires = Timestamp::from_millis(fields.i64()?);
        let (start, nonce, body, tag) = parts(value).ok_or(Error::NotAuthentic)?;
        let associated = associated(AGAIN_LABEL, name, start);
        let mut plain = body.to_vec();
        self.lookup(version)?.for_note(asked, |aead| aead.decrypt(nonce, &associated, &mut plain, tag))?;
        let text = plain.split(|byte| *byte == 0).next().and_then(|text| core::str::from_utf8(text).ok());
        let token = text.and_then(|text| text.parse().ok()).ok_or(Error::NotAuthentic)?;
        Ok(Given { token, expires })
    }

    fn lookup(&self, version: u32) -> Result<&LookupKey> {
        self.lookups.iter().find(|key| key.facts.version == version).ok_or(Error::NoSuchKey)
    }
}

impl LookupKey {
    fn derive(root: &RootKey, tenant: &TenantId) -> Result<Self> {
        let derive = |name| derive(root, name, tenant);
        let keyed = |name| Hmac::new_from_slice(derive(name)?.expose()).map_err(|_| Error::Internal);
        Ok(Self {
            facts: root.facts().clone(),
            rows: keyed("panveil/v1/random/rows")?,
            shaped: CommittingAead::new(&derive("panveil/v1/random/seal")?)?,
            opaque: derive("panveil/v1/random/opaque")?,
            again: keyed("panveil/v1/random/again")?,
            cards: CommittingAead::new(&derive("panveil/v1/random/cards")?)?,
            requests: derive("panveil/v1/random/requests")?,
        })
    }

    fn again_name(&self, asked: Asked<'_>) -> Result<RowName> {
        let mut mac = self.again.clone();
        match asked {
            Asked::Card(kind, pan) => {
                let kind = TokenFormat::of(1, kind)?.to_string();
                mac.update(&[1, u8::try_from(kind.len()).map_err(|_| Error::Internal)?]);
                mac.update(kind.as_bytes());
                mac.update(pan.expose());
            }
            Asked::Request(id) => {
                mac.update(&[2]);
                mac.update(id);
            }
        }
        short(mac)
    }

    fn for_row<T>(&self, token: &Token, work: impl FnOnce(&CommittingAead) -> Result<T>) -> Result<T> {
        match token.format().kind() {
            TokenKind::Opaque => {
                work(&CommittingAead::new(&kdf::expand(&self.opaque, token.as_str().as_bytes())?)?)
            }
            TokenKind::Random(_) | TokenKind::Ff1(_) => work(&self.shaped),
        }
    }

    fn for_note<T>(&self, asked: Asked<'_>, work: impl FnOnce(&CommittingAead) -> Result<T>) -> Result<T> {
        match asked {
            Asked::Card(..) => work(&self.cards),
            // Whoever has store and keyring but not the request's id does not learn the token.
            Asked::Request(id) => work(&CommittingAead::new(&kdf::expand(&self.requests, id)?)?),
        }
    }
}

fn derive(root: &RootKey, name: &'static str, tenant: &TenantId) -> Result<Secret> {
    let label = Label::new(name).number(root.facts().version).text(tenant.as_bytes());
    kdf::derive(root.secret_whatever_its_state(), &label)
}

fn short(mac: Hmac<Sha256>) -> Result<RowName> {
    mac.finalize().into_bytes().first_chunk().copied().ok_or(Error::Internal)
}

/// What a row is bound to: what it is, where it stands, and all of it that is not encrypted.
fn associated(label: &[u8], name: &RowName, start: &[u8]) -> Vec<u8> {
    [label, name, start].concat()
}

type Parts<'a> = (&'a [u8], &'a [u8; NONCE_LENGTH], &'a [u8], &'a [u8; TAG_LENGTH]);

/// The start in the clear, nonce, ciphertext and tag of a row.
fn parts(value: &[u8]) -> Option<Parts<'_>> {
    let (start, rest) = value.split_at_checked(START)?;
    let (nonce, rest) = rest.split_first_chunk()?;
    let (body, tag) = rest.split_last_chunk()?;
    Some((start, nonce, body, tag))
}

const FORMAT: u8 = 1;
const ROW_LABEL: &[u8] = b"panveil/v1/random/row";
const AGAIN_LABEL: &[u8] = b"panveil/v1/random/given";
/// Format, end.
const START: usize = 9;
/// A kind byte, up to 19 digits, zeros.
const PAN_PLAINTEXT: usize = 20;
const KIND_PAN: u8 = 0;
/// The longest handle is that of version 2^32-1 with 26 characters.
const GIVEN_PLAINTEXT: usize = 40;
const ROW_LENGTH: usize = START + NONCE_LENGTH + PAN_PLAINTEXT + TAG_LENGTH;

#[cfg(test)]
mod tests {
    use super::{Asked, Given, RandomKeys};
    use crate::card::Pan;
    use crate::card::id::TenantId;
    use crate::clock::Timestamp;
    use crate::error::Error;
    use crate::keys::purpose::KeyPurpose;
    use crate::keys::root::RootKey;
    use crate::protect::draw::Randomness;
    use crate::protect::token::Token;

    const CARD: &[u8] = b"4111111111111111";
    const HANDLES: [&str; 4] = [
        "r1.6-4:4111117350161111",
        "r1.0-4:0071923850221111",
        "r1.8-0:4111111160931204",
        "o1:obqw45tfnfwca33qmfyxkzjage",
    ];

    fn keys() -> RandomKeys {
        keys_of("shop 1")
    }

    fn keys_of(tenant: &str) -> RandomKeys {
        let root = RootKey::generate(KeyPurpose::Lookup, 1, Timestamp::from_seconds(0)).unwrap();
        let root = root.with_bytes([0x31; 32]);
        RandomKeys::of(core::iter::once(&root), &TenantId::new(tenant).unwrap()).unwrap()
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    }

    fn token(text: &str) -> Token {
        text.parse().unwrap()
    }

    fn pan() -> Pan {
        Pan::parse(CARD).unwrap()
    }

    const NOW: Timestamp = Timestamp::from_seconds(1_000);
    const END: Timestamp = Timestamp::from_seconds(2_000);

    /// `vectors/random_v1.json`: written once, by this test, when there was no such file.
    #[test]
    fn ac_28_rows_of_version_1_open_for_ever() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/random_v1.json");
        let keys = keys();
        let mut random = Randomness::new();
        if !std::path::Path::new(path).exists() {
            let rows: Vec<_> = HANDLES
                .map(token)
                .iter()
                .map(|token| {
                    let name = keys.name_of(token).unwrap();
                    let row = keys.seal_row(token, &name, &pan(), END, &mut random).unwrap();
                    let asked = Asked::Request(&[7; 16]);
                    let [(version, again)] = keys.again_names(asked, NOW).unwrap()[..] else { panic!() };
                    assert_eq!(version, 1);
                    let given = Given { token: *token, expires: END };
                    let note = keys.seal_given(asked, &again, &given, &mut random).unwrap();
                    serde_json::json!({
                        "handle": token.to_string(), "name": hex(&name), "row": hex(&row),
                        "request": hex(&[7; 16]), "request_name": hex(&again), "note": hex(&note),
                    })
                })
                .collect();
            let file = serde_json::json!({
                "lookup_root_byte": 0x31, "tenant": "shop 1",
                "pan": core::str::from_utf8(CARD).unwrap(), "expires_ms": END.as_millis(), "rows": rows,
            });
            std::fs::write(path, format!("{file:#}\n")).unwrap();
        }
        let file: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let rows = file["rows"].as_array().unwrap();
        assert_eq!(rows.len(), HANDLES.len());
        for (vector, handle) in rows.iter().zip(HANDLES) {
            let text = |name: &str| vector[name].as_str().unwrap();
            assert_eq!(text("handle"), handle);
            let token = token(handle);
            let name = keys.name_of(&token).unwrap();
            assert_eq!(hex(&name), text("name"));
            let row = keys.read(&token, name, Some(bytes(text("row"))), NOW).unwrap();
            assert_eq!(keys.open_row(&token, &row).unwrap().expose(), CARD);
            let asked = Asked::Request(&[7; 16]);
            let names = keys.again_names(asked, NOW).unwrap();
            assert_eq!(hex(&names[0].1), text("request_name"));
            let given = keys.open_given(asked, 1, &names[0].1, &bytes(text("note"))).unwrap();
            assert_eq!((given.token, given.expires), (token, END));
        }
    }

    #[test]
    fn a_row_opens_under_its_own_name_and_token_and_whole() {
        let keys = keys();
        let mut random = Randomness::new();
        for handle in HANDLES {
            let token = token(handle);
            let name = keys.name_of(&token).unwrap();
            let row = keys.seal_row(&token, &name, &pan(), END, &mut random).unwrap();
            let open = |name, row| {
                keys.read(&token, name, Some(row), NOW).and_then(|row| keys.open_row(&token, &row))
            };
            assert!(open(name, row.clone()).is_ok());
            let mut elsewhere = name;
            elsewhere[0] ^= 1;
            assert_eq!(open(elsewhere, row.clone()).err(), Some(Error::NotAuthentic));
            for bit in 0..row.len() * 8 {
                let mut edited = row.clone();
                edited[bit / 8] ^= 1 << (bit % 8);
                assert!(open(name, edited).is_err(), "{handle}: bit {bit}");
            }
            for length in 0..row.len() {
                assert!(open(name, row[..length].to_vec()).is_err(), "{handle}: length {length}");
            }
            assert_eq!(open(name, [row.as_slice(), &[0]].concat()).err(), Some(Error::NotAuthentic));
            assert_eq!(keys.read(&token, name, None, NOW).err(), Some(Error::NotAToken));
            assert_eq!(keys.read(&token, name, Some(row), END).err(), Some(Error::TokenExpired));
        }
    }

    #[test]
    fn store_and_keyring_do_not_open_an_opaque_row_without_its_token() {
        let keys = keys();
        let (own, other) = (token(HANDLES[3]), token("o1:aaaqeayeaudaocajbifqydiob4"));
        let name = keys.name_of(&own).unwrap();
        let row = keys.seal_row(&own, &name, &pan(), END, &mut Randomness::new()).unwrap();
        let row = keys.read(&own, name, Some(row), NOW).unwrap();
        assert!(keys.open_row(&own, &row).is_ok());
        // Every key there is without the token: that of card-shaped rows, and that of another token.
        for wrong in [token(HANDLES[0]), other] {
            assert_eq!(keys.open_row(&wrong, &row).err(), Some(Error::NotAuthentic));
        }
    }

    #[test]
    fn names_differ_by_tenant_version_format_and_digit() {
        let keys = keys();
        let tokens = ["r1.6-4:4111117350161111", "r1.0-4:4111117350161111", "r1.6-4:4111117350171111"];
        let mut names: Vec<_> = tokens.iter().map(|text| keys.name_of(&token(text)).unwrap()).collect();
        let elsewhere = keys_of("shop 2");
        names.push(elsewhere.name_of(&token(tokens[0])).unwrap());
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 4);
        assert_eq!(keys.name_of(&token("r2.6-4:4111117350161111")).err(), Some(Error::NoSuchKey));
    }
}
