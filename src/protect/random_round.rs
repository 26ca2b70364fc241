//! What one call of a random tokenizer does: finds what was given before, draws, and writes.

use std::sync::atomic::Ordering;

use super::draw::{Randomness, draw};
use super::opaque;
use super::random_keys::{Asked, Given, RowName};
use super::random_layout::RandomLayout;
use super::random_options::{RandomOptions, RandomShape, RequestId, Sameness};
use super::random_tokenizer::{RandomTokenizer, TRANSACTION};
use super::token::{Token, TokenFormat, TokenKind};
use crate::card::pan::Pan;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::keys::purpose::KeyPurpose;
use crate::store::{Snapshot, Table, Transaction};

/// One card number to tokenize.
#[derive(Clone, Copy)]
pub(super) struct Item<'a> {
    pub(super) pan: &'a Pan,
    pub(super) request: Option<&'a RequestId>,
}

/// A token that was drawn, and the name of its row.
pub(super) struct Plan<'a> {
    item: Item<'a>,
    token: Token,
    /// Plans are written in the order of their rows: neighbours share pages of the store.
    pub(super) name: RowName,
}

/// What holds for all tokens of one call.
pub(super) struct Round<'a> {
    tokenizer: &'a RandomTokenizer,
    options: RandomOptions,
    now: Timestamp,
    expires: Timestamp,
    lookup_version: u32,
}

impl<'a> Round<'a> {
    pub(super) fn new(tokenizer: &'a RandomTokenizer, options: RandomOptions) -> Result<Self> {
        let now = tokenizer.clock.now().wall;
        let past = options.expires.is_some_and(|expires| expires <= now);
        let joined = options.shape == RandomShape::Opaque && options.sameness == Sameness::PerCard;
        if past || joined {
            return Err(Error::Argument);
        }
        Ok(Self {
            tokenizer,
            options,
            now,
            expires: options.expires.unwrap_or(Timestamp::from_millis(i64::MAX)),
            lookup_version: tokenizer.keyring.current(KeyPurpose::Lookup, now)?.facts().version,
        })
    }

    /// What was given before to each of these, read without a turn to write; nothing if no one can have been.
    pub(super) fn known(&self, items: &[Item<'_>]) -> Vec<Result<Option<Token>>> {
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

    pub(super) fn plan<'i>(&self, item: Item<'i>, random: &mut Randomness) -> Result<Plan<'i>> {
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
    pub(super) fn write<'i: 'p, 'p>(
        &self,
        plans: impl Iterator<Item = &'p Plan<'i>>,
        random: &mut Randomness,
    ) -> Result<Vec<Result<Token>>> {
        let keys = &self.tokenizer.keys;
        let sealed = plans.map(|plan| {
            let (token, name) = (&plan.token, &plan.name);
            let row = keys.seal_row(token, name, plan.item.pan, self.expires, random)?;
            Ok((plan, row))
        });
        let sealed = sealed.collect::<Result<Vec<_>>>()?;
        let (outcomes, crowded) = self.tokenizer.store.write(|tx| {
            // No row ever leaves the table, so this counts what each lookup key has sealed, and more.
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
                Err(error) if concerns_one(error) => return Ok(Err(error)),
                Err(error) => return Err(error),
            }
        }
        let token = match self.insert(tx, plan, row, random, crowded) {
            Ok(token) => token,
            Err(error) if concerns_one(error) => return Ok(Err(error)),
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
            let row = keys.seal_row(&token, &name, plan.item.pan, self.expires, random)?;
            if tx.insert(Table::Token, &name, &row)? {
                return Ok(token);
            }
        }
        Err(Error::TokenSpaceFull)
    }
}

/// Whether others of the same transaction may go on: it is about a token, not about store, keys or randomness.
const fn concerns_one(error: Error) -> bool {
    matches!(error.number(), 200..=299)
}

/// As many messages as one key may seal (PCI DSS 3.7.4).
const MAX_TOKENS: u64 = 1 << 32;
/// A token is given up when so many drawn in a row were taken. In a space of which nine in ten are taken that happens
/// to one token in 700,000.
const MAX_TAKEN: u32 = 128;
/// Six in a row: one token in a million where one in ten is taken, one in 64 where half are.
const CROWDED: u32 = 6;
