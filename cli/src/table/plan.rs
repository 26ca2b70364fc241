//! What becomes of each column, decided once from the header.

use panveil::card::sad::{self, Sad};

use super::dialect::Dialect;
use super::error::{TableError, shown};
use super::finder::Finder;
use super::row::{Cell, Found, scan};
use super::value::ValueReader;
use super::wiped::Wiped;
use super::work::CardWork;

/// What the caller wants done with which column.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// The column of card numbers.
    pub pan: String,
    /// The column whose cells are the record ids of sealed records.
    pub record: Option<String>,
    /// Whether `record_id,sealed` are written.
    pub seal: bool,
    /// Columns to leave out.
    pub drop: Vec<String>,
    /// Columns that may hold what looks like a card number, or whose name looks like a PIN's and is none.
    pub allow: Vec<String>,
}

/// What the operator should know before the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The column's name says sensitive authentication data; it is dropped.
    SadDropped(String),
    /// The column's name may say PIN; it is kept because it was allowed.
    SadAllowed(String),
}

/// The columns the output may add.
const ADDED: &[&str] = &["token", "token_format", "masked"];
const ADDED_BY_SEAL: &[&str] = &["record_id", "sealed"];

/// What becomes of the cells of one column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Copied; `look` for a card number first.
    Keep {
        look: bool,
    },
    Card,
    Drop,
}

#[derive(Debug)]
pub(super) struct Plan {
    pub(super) actions: Vec<Action>,
    pub(super) pan: usize,
    pub(super) record: Option<usize>,
    pub(super) seal: bool,
    /// Columns of sensitive authentication data, all of them dropped.
    pub(super) sad: Vec<usize>,
    /// A name to show for each column.
    pub(super) names: Vec<String>,
    pub(super) warnings: Vec<Warning>,
    /// The header of the output, with the line ending of the input's.
    pub(super) header: Wiped,
}

impl Plan {
    /// The plan for a table that begins with the row `header`, line ending included.
    pub(super) fn new(
        header: &[u8],
        dialect: &Dialect,
        ask: &Ask,
        work: &dyn CardWork,
    ) -> Result<Self, TableError> {
        if Finder::new().finds(header, dialect.encoding(), |digits| work.is_card_number(digits)) {
            return Err(TableError::HeaderHoldsPan);
        }
        let mut cells = Vec::new();
        let Found::Row { content, end } = scan(header, dialect, true, |cell| cells.push(cell)) else {
            return Err(TableError::HeaderUnreadable);
        };
        let raw = |cell: &Cell| header.get(cell.start..cell.end).unwrap_or_default();
        let mut value = ValueReader::new();
        let names: Vec<String> =
            cells.iter().map(|cell| String::from_utf8_lossy(value.read(raw(cell), dialect)).into()).collect();

        let mut plan = Self::of_names(&names, ask)?;
        let mut first = true;
        for (cell, action) in cells.iter().zip(&plan.actions) {
            if *action == Action::Drop {
                continue;
            }
            if !std::mem::take(&mut first) {
                plan.header.push(dialect.separator().byte());
            }
            match action {
                Action::Card => plan.header.extend(added(ask).join(dialect.separator().text()).as_bytes()),
                _ => plan.header.extend(raw(cell)),
            }
        }
        plan.header.extend(header.get(content..end).unwrap_or_default());
        Ok(plan)
    }

    fn of_names(names: &[String], ask: &Ask) -> Result<Self, TableError> {
        let pan = one(names, &ask.pan)?;
        let record = ask.record.as_deref().map(|name| one(names, name)).transpose()?;
        if record == Some(pan) {
            return Err(TableError::ColumnConflict(ask.pan.clone()));
        }
        let dropped = all_of(names, &ask.drop)?;
        let allowed = all_of(names, &ask.allow)?;
        let mut plan = Plan {
            actions: Vec::new(),
            pan,
            record,
            seal: ask.seal,
            sad: Vec::new(),
            names: names.iter().enumerate().map(|(at, name)| label(at, name)).collect(),
            warnings: Vec::new(),
            header: Wiped::with_capacity(256),
        };
        for (at, name) in names.iter().enumerate() {
            let (drop, allow) = (dropped.contains(&at), allowed.contains(&at));
            if (drop && allow) || (at == pan && (drop || allow)) {
                return Err(TableError::ColumnConflict(name.clone()));
            }
            let sad = sad::named(name);
            if sad == Some(Sad::Certain) && (allow || at == pan || record == Some(at)) {
                return Err(TableError::SadRefused(name.clone()));
            }
            let shown = plan.names.get(at).cloned().unwrap_or_default();
            let action = match sad {
                _ if at == pan => Action::Card,
                Some(Sad::Likely) if allow => {
                    plan.warnings.push(Warning::SadAllowed(shown));
                    Action::Keep { look: false }
                }
                Some(_) if record == Some(at) => return Err(TableError::SadRefused(name.clone())),
                Some(_) => {
                    plan.sad.push(at);
                    plan.warnings.push(Warning::SadDropped(shown));
                    Action::Drop
                }
                None if drop => Action::Drop,
                None => Action::Keep { look: !allow },
            };
            let taken = added(ask).into_iter().any(|new| same_name(name.as_bytes(), new));
            if taken && matches!(action, Action::Keep { .. }) {
                return Err(TableError::ReservedColumn(name.clone()));
            }
            plan.actions.push(action);
        }
        Ok(plan)
    }
}

fn added(ask: &Ask) -> Vec<&'static str> {
    let by_seal = if ask.seal { ADDED_BY_SEAL } else { &[] };
    [ADDED, by_seal].concat()
}

/// The one column named `wanted`: exactly, or else but for case and outer spaces.
fn one(names: &[String], wanted: &str) -> Result<usize, TableError> {
    match matches(names, wanted).as_slice() {
        [only] => Ok(*only),
        // Where one name could be data, all could: then none is listed.
        [] if names.iter().any(|name| shown(name) != name && !name.is_empty()) => {
            Err(TableError::NoSuchColumn { name: wanted.to_owned(), columns: Vec::new() })
        }
        [] => Err(TableError::NoSuchColumn { name: wanted.to_owned(), columns: names.to_vec() }),
        _ => Err(TableError::AmbiguousColumn(wanted.to_owned())),
    }
}

/// All columns of these names; each name must have one, since a mistyped name would keep what was to go.
fn all_of(names: &[String], wanted: &[String]) -> Result<Vec<usize>, TableError> {
    let mut found = Vec::new();
    for name in wanted {
        let matching = matches(names, name);
        if matching.is_empty() {
            one(names, name)?;
        }
        found.extend(matching);
    }
    Ok(found)
}

fn matches(names: &[String], wanted: &str) -> Vec<usize> {
    let places = |fits: &dyn Fn(&str) -> bool| -> Vec<usize> {
        names.iter().enumerate().filter(|(_, name)| fits(name)).map(|(at, _)| at).collect()
    };
    let exact = places(&|name| name == wanted);
    if exact.is_empty() { places(&|name| same_name(name.as_bytes(), wanted)) } else { exact }
}

/// Whether a header cell is `wanted` but for case and outer spaces. Makes no copy: a header may be data.
pub(super) fn same_name(cell: &[u8], wanted: &str) -> bool {
    str::from_utf8(cell).is_ok_and(|name| {
        let ours = name.trim().chars().flat_map(char::to_lowercase);
        ours.eq(wanted.trim().chars().flat_map(char::to_lowercase))
    })
}

/// The column's name, or its number from 1 if the name could be data.
fn label(at: usize, name: &str) -> String {
    if shown(name) == name { name.to_owned() } else { at.saturating_add(1).to_string() }
}

#[cfg(test)]
mod tests {
    use super::{Action, Ask, Plan, Warning};
    use crate::table::dialect::{Dialect, Escape, Separator};
    use crate::table::encoding::Encoding;
    use crate::table::error::TableError;
    use crate::table::work::{Protected, Reason, SingleCardWork};

    struct Visa;

    impl SingleCardWork for Visa {
        fn protect(&self, _: &[u8], _: Option<&[u8]>, _: &mut Protected) -> Result<(), Reason> {
            Ok(())
        }

        fn is_card_number(&self, digits: &[u8]) -> bool {
            digits == b"4111111111111111"
        }
    }

    fn plan(header: &str, ask: &Ask) -> Result<Plan, TableError> {
        let dialect = Dialect::new(Separator::Comma, Escape::Doubled, Encoding::Utf8);
        Plan::new(header.as_bytes(), &dialect, ask, &Visa)
    }

    fn ask(pan: &str) -> Ask {
        Ask { pan: pan.into(), ..Ask::default() }
    }

    #[test]
    fn the_header_gets_the_new_columns_and_loses_the_security_code() {
        let ask = Ask { seal: true, record: Some("id".into()), drop: vec!["Memo".into()], ..ask("Card") };
        let plan = plan("cvv,\"id\",card ,memo,name\r\n", &ask).unwrap();
        let header = b"\"id\",token,token_format,masked,record_id,sealed,name\r\n";
        assert_eq!(plan.header.as_slice(), header);
        assert_eq!(plan.warnings, [Warning::SadDropped("cvv".into())]);
        assert_eq!((plan.pan, plan.record, plan.sad.as_slice()), (2, Some(1), [0].as_slice()));
    }

    #[test]
    fn a_likely_pin_is_kept_only_if_allowed() {
        let dropped = plan("card,pin_code", &ask("card")).unwrap();
        assert_eq!(dropped.actions, [Action::Card, Action::Drop]);
        let kept = plan("card,pin_code", &Ask { allow: vec!["pin_code".into()], ..ask("card") }).unwrap();
        assert_eq!(kept.actions, [Action::Card, Action::Keep { look: false }]);
        assert_eq!(kept.warnings, [Warning::SadAllowed("pin_code".into())]);
    }

    #[test]
    fn an_exact_name_wins_over_a_similar_one() {
        assert_eq!(plan("CARD,card", &ask("card")).unwrap().pan, 1);
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        type Refused = fn(&TableError) -> bool;
        let with = |change: fn(&mut Ask)| {
            let mut ask = ask("card");
            change(&mut ask);
            ask
        };
        let cases: Vec<(&str, Ask, Refused)> = vec![
            ("id,pan", ask("card"), |e| matches!(e, TableError::NoSuchColumn { .. })),
            ("card,card", ask("card"), |e| matches!(e, TableError::AmbiguousColumn(_))),
            ("Card,CARD", ask("card"), |e| matches!(e, TableError::AmbiguousColumn(_))),
            ("card,Token", ask("card"), |e| matches!(e, TableError::ReservedColumn(_))),
            ("card,sealed", with(|ask| ask.seal = true), |e| matches!(e, TableError::ReservedColumn(_))),
            ("card,x", with(|ask| ask.drop = vec!["y".into()]), |e| {
                matches!(e, TableError::NoSuchColumn { .. })
            }),
            ("card,x", with(|ask| ask.drop = vec!["card".into()]), |e| {
                matches!(e, TableError::ColumnConflict(_))
            }),
            ("card,x", with(|ask| ask.record = Some("card".into())), |e| {
                matches!(e, TableError::ColumnConflict(_))
            }),
            ("card,cvv", with(|ask| ask.allow = vec!["cvv".into()]), |e| {
                matches!(e, TableError::SadRefused(_))
            }),
            ("card,cvv", with(|ask| ask.record = Some("cvv".into())), |e| {
                matches!(e, TableError::SadRefused(_))
            }),
            ("card,4111-1111-1111-1111", ask("card"), |e| matches!(e, TableError::HeaderHoldsPan)),
            ("card,\"open", ask("card"), |e| matches!(e, TableError::HeaderUnreadable)),
        ];
        for (header, ask, refused) in cases {
            let error = plan(header, &ask).unwrap_err();
            assert!(refused(&error), "{header}: {error:?}");
        }
        assert!(plan("card,sealed,token_format_old", &ask("card")).is_ok());
    }

    #[test]
    fn a_table_without_header_is_not_printed() {
        let error = plan("C0001,4111111111111112,山田", &ask("card")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no column `card`; the first row seems to be data, not names of columns"
        );
    }
}
