//! From card numbers to random tokens, for one named caller.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::draw::{Randomness, draw};
use super::opaque;
use super::random_keys::{Asked, Given, RandomKeys, RowName};
use super::random_layout::RandomLayout;
use super::token::{Token, TokenFormat, TokenKind};
use super::token_keys::TokenKeys;
use crate::card::id::{Application, TenantId};
use crate::card::pan::Pan;
use crate::clock::{Clock, Timestamp};
use crate::error::{Error, Result};
use crate::keys::keyring::Keyring;
use crate::keys::purpose::KeyPurpose;
use crate::store::{AuthenticatedStore, Snapshot, Table, Transaction};

/// Draws tokens at random and keeps their card numbers, sealed, in the store. May be shared between threads, and other
/// processes may do the same at the same time.
///
/// A random token says nothing about the hidden digits; without the store there is no way back at all. No method
/// returns a card number: the way back is the gate.
///
/// A call that returns has its tokens on disk. A process that is killed before cannot know whether it had: a token that
/// nobody holds may then be left in the store. [`Sameness::PerCard`] and
/// [`tokenize_once`](Self::tokenize_once) leave none: the same call, made again, gives the same token.
pub struct RandomTokenizer {
    tenant: TenantId,
    caller: Application,
    keyring: Arc<Keyring>,
    keys: RandomKeys,
    /// FF1 keys of every version: what is drawn must be no token of theirs.
    token_keys: Vec<TokenKeys>,
    store: Arc<AuthenticatedStore>,
    clock: Arc<dyn Clock>,
    made: Arc<AtomicU64>,
    crowded: Arc<AtomicU64>,
}

/// What kind of random token is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RandomOptions {
    /// What it looks like (default: like a card number).
    pub shape: RandomShape,
    /// When it ends: from then on it opens nothing (default: never).
    pub expires: Option<Timestamp>,
    /// Whether a card that has a token gets it again (default: no).
    pub sameness: Sameness,
}

/// What a random token looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RandomShape {
    /// Like a card number, with the layout of [`RandomLayout::auto`].
    #[default]
    Auto,
    /// Like a card number, with these digits kept.
    Layout(RandomLayout),
    /// 26 letters and digits that hold nothing of the card number.
    Opaque,
}

/// Whether a card gets the token that it had before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sameness {
    /// Each call gives a new token: tokens of one card cannot be joined.
    #[default]
    New,
    /// A card has one token for each layout, as long as that lives long enough. Not for opaque tokens: the store would
    /// have to hold a keyed hash of the card number.
    PerCard,
}

/// The name of one request for a token, made by the caller and kept with its own record until the token stands there.
///
/// 128 random bits. Whoever has it, the store and the keyring can find the token.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestId([u8; 16]);

impl RequestId {
    /// A fresh one.
    ///
    /// # Errors
    /// [`Error::Random`] if the operating system gives no randomness.
    pub fn random() -> Result<Self> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|_| Error::Random)?;
        Ok(Self(bytes))
    }

    /// One that was made with [`random`](Self::random) before.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its bytes, to be stored.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl core::fmt::Debug for RequestId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("RequestId(..)")
    }
}

impl RandomTokenizer {
    /// A tokenizer for a named caller with the keys of a keyring; rows go to `store`.
    ///
    /// # Errors
    /// [`Error::KeyState`] or [`Error::KeyPeriod`] if no lookup key or no seal key may protect.
    pub fn from_keyring(
        keyring: Arc<Keyring>,
        tenant: TenantId,
        caller: Application,
        store: Arc<AuthenticatedStore>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let now = clock.now().wall;
        keyring.current(KeyPurpose::Lookup, now)?;
        keyring.current(KeyPurpose::Seal, now)?;
        let token_keys = keyring
            .versions(KeyPurpose::Token)
            .map(|root| TokenKeys::derive(root.secret_whatever_its_state(), root.facts().version, &tenant));
        Ok(Self {
            keys: RandomKeys::derive(&keyring, &tenant)?,
            token_keys: token_keys.collect::<Result<_>>()?,
            tenant,
            caller,
            keyring,
            store,
            clock,
            made: Arc::default(),
            crowded: Arc::default(),
        })
    }

    /// A token for a card number, on disk when this returns.
    ///
    /// # Errors
    /// [`Error::LayoutRefused`] or [`Error::TruncationRefused`] if the layout is not for this card number,
    /// [`Error::PanLuhn`] for one that was taken with a wrong check digit; [`Error::TokenSpaceFull`] if nearly all tokens
    /// beside its clear digits are in use; [`Error::Argument`] if `expires` is past, or an opaque token shall be the
    /// card's only one; [`Error::SealLimit`] from 2^32 tokens on; what the store returns. After
    /// [`Error::StoreUnavailable`] the token may be there all the same.
    pub fn tokenize(&self, pan: &Pan, options: &RandomOptions) -> Result<Token> {
        self.one(Item { pan, request: None }, options)
    }

    /// A token for each card number, in order; as [`tokenize`](Self::tokenize), with a few transactions for all.
    ///
    /// The store is written 4,096 tokens at a time; between two times other callers of the store have their turn. When
    /// it fails on the way, the card numbers after that get its error.
    pub fn tokenize_all(&self, pans: &[Pan], options: &RandomOptions) -> Vec<Result<Token>> {
        self.all(pans.iter().map(|pan| Item { pan, request: None }).collect(), options)
    }

    /// The token of one request: made by the first call with this `request`, the same for each call after it, also after
    /// the process was killed in between. It ends when the first call said.
    ///
    /// # Errors
    /// As [`tokenize`](Self::tokenize); [`Error::RequestReused`] if the id was used for another card number or kind
    /// of token.
    pub fn tokenize_once(&self, request: &RequestId, pan: &Pan, options: &RandomOptions) -> Result<Token> {
        self.one(Item { pan, request: Some(request) }, options)
    }

    /// The token of each request, in order; as [`tokenize_once`](Self::tokenize_once).
    pub fn tokenize_all_once(
        &self,
        requests: &[(RequestId, Pan)],
        options: &RandomOptions,
    ) -> Vec<Result<Token>> {
        let items = requests.iter().map(|(request, pan)| Item { pan, request: Some(request) });
        self.all(items.collect(), options)
    }

    /// Whether each of these random tokens would open now, without opening it.
    ///
    /// Each answer is `Ok`, [`Error::NotAToken`] if it was never given out (an FF1 token is none of these),
    /// [`Error::TokenExpired`], or what keeps its row from being read.
    ///
    /// # Errors
    /// What the store returns.
    pub fn check_all(&self, tokens: &[Token]) -> Result<Vec<Result<()>>> {
        let now = self.clock.now().wall;
        self.store.read(|rows| {
            let mut look = |token: &Token| {
                let name = match token.format().kind() {
                    TokenKind::Ff1(_) => return Err(Error::NotAToken),
                    TokenKind::Random(_) | TokenKind::Opaque => self.keys.name_of(token)?,
                };
                let value = rows.get(Table::Token, &name)?;
                self.keys.read(token, name, value, now).map(|_| ())
            };
            Ok(tokens.iter().map(&mut look).collect())
        })
    }

    /// Whose cards these are.
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// Who tokenizes: every use is counted for this application.
    pub fn caller(&self) -> &Application {
        &self.caller
    }

    /// How many tokens were hard to find, because six drawn in a row were in use: half of those beside some clear
    /// digits, or more. The audit log has an alert of it.
    pub fn crowded(&self) -> u64 {
        self.crowded.load(Ordering::Relaxed)
    }

    /// How many card numbers were tokenized, a running count that outlives the tokenizer.
    pub(crate) fn count(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.made)
    }

    /// As [`crowded`](Self::crowded), a running count that outlives the tokenizer.
    pub(crate) fn crowded_count(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.crowded)
    }

    fn one(&self, item: Item<'_>, options: &RandomOptions) -> Result<Token> {
        self.all(vec![item], options).into_iter().next().ok_or(Error::Internal)?
    }

    fn all(&self, items: Vec<Item<'_>>, options: &RandomOptions) -> Vec<Result<Token>> {
        let mut random = Randomness::new();
        let mut outcomes = vec![Err(Error::Internal); items.len()];
        let round = match Round::new(self, *options) {
            Ok(round) => round,
            Err(error) => return vec![Err(error); items.len()],
        };
        let mut failed = None;
        let mut planned = Vec::with_capacity(items.len());
        let known = round.known(&items);
        for (place, (item, outcome)) in items.into_iter().zip(outcomes.iter_mut()).enumerate() {
            match known.get(place) {
                None => {}
                Some(Ok(None)) => {}
                Some(Ok(Some(token))) => {
                    *outcome = Ok(*token);
                    continue;
                }
                Some(Err(error)) => {
                    *outcome = Err(*error);
                    continue;
                }
            }
            match round.plan(item, &mut random) {
                Ok(plan) => planned.push((plan, outcome)),
                Err(error) => *outcome = Err(error),
            }
        }
        // In the order of the rows: neighbours share pages of the store.
        planned.sort_unstable_by_key(|(plan, _)| plan.name);
        for part in planned.chunks_mut(TRANSACTION) {
            let written = match failed {
                None => round.write(part.iter().map(|(plan, _)| plan), &mut random),
                Some(error) => Err(error),
            };
            match written {
                Ok(tokens) => {
                    for ((_, outcome), token) in part.iter_mut().zip(tokens) {
                        **outcome = token;
                    }
                }
                Err(error) => {
                    failed = Some(error);
                    part.iter_mut().for_each(|(_, outcome)| **outcome = Err(error));
                }
            }
        }
        drop(planned);
        let made = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        self.made.fetch_add(u64::try_from(made).unwrap_or(u64::MAX), Ordering::Relaxed);
        outcomes
    }
}

/// One card number to tokenize.
#[derive(Clone, Copy)]
struct Item<'a> {
    pan: &'a Pan,
    request: Option<&'a RequestId>,
}

/// A token that was drawn, and the name of its row.
struct Plan<'a> {
    item: Item<'a>,
    token: Token,
    name: RowName,
}

/// What holds for all tokens of one call.
struct Round<'a> {
    tokenizer: &'a RandomTokenizer,
    options: RandomOptions,
    now: Timestamp,
    expires: Timestamp,
    lookup_version: u32,
    seal_version: u32,
}

impl<'a> Round<'a> {
    fn new(tokenizer: &'a RandomTokenizer, options: RandomOptions) -> Result<Self> {
        let now = tokenizer.clock.now().wall;
        let past = options.expires.is_some_and(|expires| expires <= now);
        let joined = options.shape == RandomShape::Opaque && options.sameness == Sameness::PerCard;
        if past || joined {
            return Err(Error::Argument);
        }
        let version = |purpose| tokenizer.keyring.current(purpose, now).map(|root| root.facts().version);
        Ok(Self {
            tokenizer,
            options,
            now,
            expires: options.expires.unwrap_or(Timestamp::from_millis(i64::MAX)),
            lookup_version: version(KeyPurpose::Lookup)?,
            seal_version: version(KeyPurpose::Seal)?,
        })
    }

    /// What was given before to each of these, read without a turn to write; nothing if no one can have been.
    fn known(&self, items: &[Item<'_>]) -> Vec<Result<Option<Token>>> {
        let mut known = Vec::new();
        if items.iter().all(|item| matches!(self.asked(*item), Ok(None))) {
            return known;
        }
        for part in items.chunks(TRANSACTION) {
            let read = self.tokenizer.store.read(|rows| {
                let look = |item: &Item<'_>| match self.asked(*item)? {
                    Some(asked) => self.given(rows, asked, item.pan),
                    None => Ok(None),
                };
                Ok(part.iter().map(look).collect::<Vec<_>>())
            });
            known.extend(read.unwrap_or_else(|error| vec![Err(error); part.len()]));
        }
        known
    }

    /// What this item is asked again as, if it can be.
    fn asked<'i>(&self, item: Item<'i>) -> Result<Option<Asked<'i>>> {
        Ok(match (item.request, self.options.sameness) {
            (Some(request), _) => Some(Asked::Request(request.as_bytes())),
            (None, Sameness::PerCard) => Some(Asked::Card(self.kind(item.pan)?, item.pan)),
            (None, Sameness::New) => None,
        })
    }

    fn plan<'i>(&self, item: Item<'i>, random: &mut Randomness) -> Result<Plan<'i>> {
        if !item.pan.passes_luhn() {
            return Err(Error::PanLuhn);
        }
        let token = self.draw(item.pan, random)?;
        Ok(Plan { item, token, name: self.tokenizer.keys.name_of(&token)? })
    }

    fn kind(&self, pan: &Pan) -> Result<TokenKind> {
        Ok(match self.options.shape {
            RandomShape::Auto => TokenKind::Random(RandomLayout::auto(pan.length())?),
            RandomShape::Layout(layout) => TokenKind::Random(layout),
            RandomShape::Opaque => TokenKind::Opaque,
        })
    }

    fn draw(&self, pan: &Pan, random: &mut Randomness) -> Result<Token> {
        let kind = self.kind(pan)?;
        let format = TokenFormat::of(self.lookup_version, kind)?;
        match kind {
            TokenKind::Random(layout) => {
                layout.hidden_of(pan)?;
                draw(format, layout, pan.expose(), &self.tokenizer.token_keys, random)
            }
            TokenKind::Opaque | TokenKind::Ff1(_) => opaque::draw(format, random),
        }
    }

    /// One transaction. The store may run it again, so it keeps nothing but what it returns.
    fn write<'i: 'p, 'p>(
        &self,
        plans: impl Iterator<Item = &'p Plan<'i>>,
        random: &mut Randomness,
    ) -> Result<Vec<Result<Token>>> {
        let keys = &self.tokenizer.keys;
        let sealed = plans.map(|plan| {
            let (token, name) = (&plan.token, &plan.name);
            let row = keys.seal_row(token, name, plan.item.pan, self.expires, self.seal_version, random)?;
            Ok((plan, row))
        });
        let sealed = sealed.collect::<Result<Vec<_>>>()?;
        let (outcomes, crowded) = self.tokenizer.store.write(|tx| {
            // No row ever leaves the table, so this counts what each seal key has sealed, and more.
            if tx.count(Table::Token)? >= MAX_TOKENS {
                return Err(Error::SealLimit);
            }
            let mut crowded = 0u64;
            let outcomes = sealed.iter().map(|(plan, row)| self.place(tx, plan, row, random, &mut crowded));
            Ok((outcomes.collect::<Result<Vec<_>>>()?, crowded))
        })?;
        self.tokenizer.crowded.fetch_add(crowded, Ordering::Relaxed);
        Ok(outcomes)
    }

    /// Gives out the token that was drawn, or the one that was given before.
    fn place(
        &self,
        tx: &mut dyn Transaction,
        plan: &Plan<'_>,
        row: &[u8],
        random: &mut Randomness,
        crowded: &mut u64,
    ) -> Result<Result<Token>> {
        let asked = self.asked(plan.item)?;
        if let Some(asked) = asked {
            match self.given(tx, asked, plan.item.pan) {
                Ok(None) => {}
                Ok(Some(token)) => return Ok(Ok(token)),
                Err(error @ Error::RequestReused) => return Ok(Err(error)),
                Err(error) => return Err(error),
            }
        }
        let token = match self.insert(tx, plan, row, random, crowded) {
            Ok(token) => token,
            Err(error @ (Error::TokenSpaceFull | Error::WalkExhausted)) => return Ok(Err(error)),
            Err(error) => return Err(error),
        };
        if let Some(asked) = asked {
            let keys = &self.tokenizer.keys;
            let names = keys.again_names(asked, self.now)?;
            let name = names.iter().find(|(version, _)| *version == self.lookup_version);
            let (_, name) = name.ok_or(Error::Internal)?;
            let given = Given { token, expires: self.expires };
            tx.put(Table::Again, name, &keys.seal_given(asked, name, &given, random)?)?;
        }
        Ok(Ok(token))
    }

    /// The token that was given before, if it serves.
    fn given<S: Snapshot + ?Sized>(
        &self,
        rows: &mut S,
        asked: Asked<'_>,
        pan: &Pan,
    ) -> Result<Option<Token>> {
        let keys = &self.tokenizer.keys;
        for (version, name) in keys.again_names(asked, self.now)? {
            let Some(value) = rows.get(Table::Again, &name)? else { continue };
            let given = keys.open_given(asked, version, &name, &value)?;
            if matches!(asked, Asked::Card(..)) && (given.expires <= self.now || given.expires < self.expires)
            {
                continue;
            }
            let row_name = keys.name_of(&given.token)?;
            // A token whose row is gone opens nothing: somebody took it away, and handing it out would lose the card.
            let row = rows.get(Table::Token, &row_name)?.ok_or(Error::StoreDamaged)?;
            if matches!(asked, Asked::Request(_)) {
                let row = keys.read(&given.token, row_name, Some(row), self.now)?;
                let same = keys.open_row(&given.token, &row)?.ct_eq(pan)
                    && given.token.format().kind() == self.kind(pan)?;
                if !same {
                    return Err(Error::RequestReused);
                }
            }
            return Ok(Some(given.token));
        }
        Ok(None)
    }

    /// Writes the row of the drawn token; of another one as long as there is a row already.
    fn insert(
        &self,
        tx: &mut dyn Transaction,
        plan: &Plan<'_>,
        row: &[u8],
        random: &mut Randomness,
        crowded: &mut u64,
    ) -> Result<Token> {
        if tx.insert(Table::Token, &plan.name, row)? {
            return Ok(plan.token);
        }
        let keys = &self.tokenizer.keys;
        for taken in 1..MAX_TAKEN {
            if taken == CROWDED {
                *crowded = crowded.saturating_add(1);
            }
            let token = self.draw(plan.item.pan, random)?;
            let name = keys.name_of(&token)?;
            let row = keys.seal_row(&token, &name, plan.item.pan, self.expires, self.seal_version, random)?;
            if tx.insert(Table::Token, &name, &row)? {
                return Ok(token);
            }
        }
        Err(Error::TokenSpaceFull)
    }
}

impl core::fmt::Debug for RandomTokenizer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("RandomTokenizer")
            .field("tenant", &self.tenant)
            .field("caller", &self.caller)
            .finish_non_exhaustive()
    }
}

/// Tokens of one transaction: some 50 ms, well within the second that others wait for the store.
const TRANSACTION: usize = 4096;
/// As many messages as one seal key may seal (PCI DSS 3.7.4).
const MAX_TOKENS: u64 = 1 << 32;
/// A token is given up when so many drawn in a row were taken. In a space of which nine in ten are taken that happens
/// to one token in 700,000.
const MAX_TAKEN: u32 = 128;
/// Six in a row: one token in a million where one in ten is taken, one in 64 where half are.
const CROWDED: u32 = 6;
