//! From card numbers to random tokens, for one named caller.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::draw::Randomness;
use super::random_keys::RandomKeys;
use super::random_options::{RandomOptions, RequestId};
use super::random_round::{Item, Round};
use super::token::{Token, TokenKind};
use super::token_keys::TokenKeys;
use crate::card::id::{Application, TenantId};
use crate::card::pan::Pan;
use crate::clock::{Clock, Timestamp};
use crate::error::{Error, Result};
use crate::keys::keyring::Keyring;
use crate::keys::purpose::KeyPurpose;
use crate::store::{AuthenticatedStore, Snapshot, Table};

/// Draws tokens at random and keeps their card numbers, sealed, in the store. May be shared between threads, and other
/// processes may do the same at the same time.
///
/// A random token says nothing about the hidden digits; without the store there is no way back at all. No method
/// returns a card number: the way back is the gate.
///
/// A call that returns has its tokens on disk. A process that is killed before cannot know whether it had: a token that
/// nobody holds may then be left in the store. [`Sameness::PerCard`](super::Sameness::PerCard) and
/// [`tokenize_once`](Self::tokenize_once) leave none: the same call, made again, gives the same token.
pub struct RandomTokenizer {
    tenant: TenantId,
    caller: Application,
    pub(super) keyring: Arc<Keyring>,
    pub(super) keys: RandomKeys,
    /// FF1 keys of every version: what is drawn must be no token of theirs.
    pub(super) token_keys: Vec<TokenKeys>,
    pub(super) store: Arc<AuthenticatedStore>,
    pub(super) clock: Arc<dyn Clock>,
    made: Arc<AtomicU64>,
    pub(super) crowded: Arc<AtomicU64>,
}

impl RandomTokenizer {
    /// A tokenizer for a named caller with the keys of a keyring; rows go to `store`.
    ///
    /// # Errors
    /// [`Error::KeyState`] or [`Error::KeyPeriod`] if no lookup key may protect.
    pub fn from_keyring(
        keyring: Arc<Keyring>,
        tenant: TenantId,
        caller: Application,
        store: Arc<AuthenticatedStore>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let now = clock.now().wall;
        keyring.current(KeyPurpose::Lookup, now)?;
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
    /// it fails on the way, the card numbers whose tokens are not written get its error.
    pub fn tokenize_all(&self, pans: &[Pan], options: &RandomOptions) -> Vec<Result<Token>> {
        self.all(pans.iter().map(|pan| Item { pan, request: None }).collect(), options)
    }

    /// The token of one request: made by the first call with this `request`, the same for each call after it, also after
    /// the process was killed in between. It ends when the first call said.
    ///
    /// # Errors
    /// As [`tokenize`](Self::tokenize); [`Error::RequestReused`] if the id was used for another card number or kind
    /// of token, [`Error::TokenExpired`] once its token has ended.
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
        let mut answers = Vec::with_capacity(tokens.len());
        // A part at a time, so that other readers have their turn.
        for part in tokens.chunks(TRANSACTION) {
            answers.extend(self.store.read(|rows| {
                let look = |token: &Token| self.check(rows, token, now);
                Ok(part.iter().map(look).collect::<Vec<_>>())
            })?);
        }
        Ok(answers)
    }

    /// Whose cards these are.
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// Who tokenizes: every use is counted for this application.
    pub fn caller(&self) -> &Application {
        &self.caller
    }

    /// How many tokens were hard to find, because six drawn in a row were in use: a fifth to a third of those beside
    /// some clear digits, or more. The audit log has an alert of it.
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

    fn check(&self, rows: &mut dyn Snapshot, token: &Token, now: Timestamp) -> Result<()> {
        if matches!(token.format().kind(), TokenKind::Ff1(_)) {
            return Err(Error::NotAToken);
        }
        let name = self.keys.name_of(token)?;
        let value = rows.get(Table::Token, &name)?;
        self.keys.read(token, name, value, now).map(|_| ())
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

impl core::fmt::Debug for RandomTokenizer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("RandomTokenizer")
            .field("tenant", &self.tenant)
            .field("caller", &self.caller)
            .finish_non_exhaustive()
    }
}

/// Tokens of one transaction: some 50 ms, well within the second that others wait for the store.
pub(super) const TRANSACTION: usize = 4096;
