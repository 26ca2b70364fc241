//! Budgets, locks and token ids hold across threads, processes, restarts and clocks (AC-35, AC-36).
#![cfg(feature = "sqlite")]

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use panveil::Error;
use panveil::card::id::{ActorId, ActorKind, Application, Origin, Role, TenantId};
use panveil::clock::{Now, Timestamp};
use panveil::crypto::secret::Secret;
use panveil::limits::{
    Admission, Admitted, Budget, ClockStep, Identifier, Limits, LockReason, Measure, Refusal, Scope,
};
use panveil::store::{AuthenticatedStore, MemoryStore, SqliteStore, Store, Table};
use proptest::prelude::*;

const TEN_MINUTES: Duration = Duration::from_secs(600);

// ---------------------------------------------------------------- the incident (AC-35)

#[test]
fn ac_35_twenty_thousand_reveals_by_one_person_stop_at_twenty() {
    let limits = in_memory();
    let incident = Ask { budgets: vec![handles(Scope::Actor, 20)], ..Ask::by("alice") };
    let mut admitted = 0;
    let mut alerts = Vec::new();
    for number in 0..20_000u64 {
        // 65 minutes, spread evenly.
        match incident.clone().card(number).admit(&limits, at_ms(number * 195)) {
            Ok(_) => admitted += 1,
            Err(refusal) if refusal.locked_now => alerts.push((number, refusal)),
            Err(refusal) => assert_eq!(refusal.error, Error::Locked),
        }
    }
    assert_eq!(admitted, 20);
    let [(20, refusal)] = alerts.as_slice() else { panic!("one alert, with the first refusal: {alerts:?}") };
    assert_eq!(refusal.error, Error::BudgetExceeded);
    let breached = refusal.breached.as_ref().unwrap();
    assert_eq!(
        (&breached.scope, breached.measure, breached.used, breached.limit),
        (&Scope::Actor, Measure::Handles, 21, 20)
    );

    // Days later the person is locked still, and nobody else ever was.
    let days_later = at_ms(5 * 86_400_000);
    assert_eq!(incident.clone().card(1).admit(&limits, days_later).unwrap_err().error, Error::Locked);
    assert_eq!(limits.recheck(&actor("alice")), Err(Error::Locked));
    let _ = Ask { actor: actor("bob"), ..incident }.admit(&limits, days_later).unwrap();
    limits.recheck(&actor("bob")).unwrap();
    let locked = limits.locked().unwrap();
    assert_eq!(locked.len(), 1);
    assert_eq!((&locked[0].actor, locked[0].reason), (&actor("alice"), LockReason::Budget));
    assert_eq!(locked[0].at, at_ms(20 * 195).wall);
}

// ---------------------------------------------------------------- what counts

#[test]
fn the_same_card_costs_a_call_and_no_handle() {
    let limits = in_memory();
    let ask = Ask { budgets: vec![handles(Scope::Tenant, 2).with_calls(9)], ..Ask::by("alice") };
    for call in 1..=8 {
        let admitted = ask.clone().card(call % 2).admit(&limits, at_ms(call)).unwrap();
        let [cards, calls] = admitted.usages() else { panic!("two measures") };
        assert_eq!((cards.measure, cards.used), (Measure::Handles, (call as u32).min(2)));
        assert_eq!((calls.measure, calls.used), (Measure::Calls, call as u32));
        assert_eq!(admitted.warnings().count(), usize::from(call >= 2) + usize::from(call >= 8));
    }
    let third_card = ask.clone().card(7).admit(&limits, at_ms(9)).unwrap_err();
    assert_eq!(third_card.breached.unwrap().measure, Measure::Handles);
    let _ = ask.clone().card(0).admit(&limits, at_ms(9)).unwrap();
    let tenth_call = ask.card(0).admit(&limits, at_ms(9)).unwrap_err();
    assert_eq!(tenth_call.breached.unwrap().measure, Measure::Calls);
}

#[test]
fn the_same_handle_of_another_tenant_is_another_card() {
    let limits = in_memory();
    let ask = Ask { budgets: vec![handles(Scope::All, 1)], ..Ask::by("alice") };
    let _ = ask.clone().admit(&limits, at_ms(0)).unwrap();
    let _ = ask.clone().admit(&limits, at_ms(0)).unwrap();
    let other = Ask { tenant: TenantId::new("other").unwrap(), ..ask };
    assert_eq!(other.admit(&limits, at_ms(0)).unwrap_err().error, Error::BudgetExceeded);
}

#[test]
fn a_refused_request_spends_nothing() {
    let limits = in_memory();
    let both = vec![calls(Scope::Tenant, 5), calls(Scope::Origin, 1)];
    let ask = Ask { budgets: both, ..Ask::service("billing") };
    let _ = ask.clone().admit(&limits, at_ms(0)).unwrap();
    for _ in 0..9 {
        assert_eq!(ask.clone().admit(&limits, at_ms(1)).unwrap_err().breached.unwrap().scope, Scope::Origin);
    }
    let elsewhere = Ask { origin: Origin::new("10.9.9.9").unwrap(), ..ask };
    assert_eq!(elsewhere.admit(&limits, at_ms(2)).unwrap().usages()[0].used, 2);
}

#[test]
fn two_limits_on_one_window_share_what_is_used() {
    let limits = in_memory();
    let both = vec![handles(Scope::Tenant, 3), handles(Scope::Tenant, 1_000)];
    let ask = Ask { budgets: both, ..Ask::by("alice") };
    for card in 0..3 {
        let admitted = ask.clone().card(card).admit(&limits, at_ms(0)).unwrap();
        assert_eq!(admitted.usages().iter().map(|usage| usage.used).max(), Some(card as u32 + 1));
    }
    let breached = ask.card(3).admit(&limits, at_ms(0)).unwrap_err().breached.unwrap();
    assert_eq!(breached.limit, 3);
}

#[test]
fn a_changed_limit_goes_on_with_what_was_used() {
    let limits = in_memory();
    let with = |limit| Ask { budgets: vec![handles(Scope::Tenant, limit)], ..Ask::by("alice") };
    for card in 0..100 {
        let _ = with(100).card(card).admit(&limits, at_ms(0)).unwrap();
    }
    // Wider, and the set grows over more and more rows: the old cards are known, and new ones fit.
    for card in 0..3_000 {
        let _ = with(3_000).card(card).admit(&limits, at_ms(1)).unwrap();
    }
    assert_eq!(with(3_000).card(3_000).admit(&limits, at_ms(1)).unwrap_err().error, Error::BudgetExceeded);
    // Narrower: what is over the limit is refused, what was revealed already is not.
    let _ = with(10).with_calls(10_000).card(5).admit(&limits, at_ms(2)).unwrap();
    assert_eq!(
        with(10).with_calls(10_000).card(9_999).admit(&limits, at_ms(2)).unwrap_err().error,
        Error::BudgetExceeded
    );
}

#[test]
fn windows_are_of_a_second_to_a_year() {
    for (window, error) in [
        (Duration::ZERO, Some(Error::PolicyInvalid)),
        (Duration::from_millis(999), Some(Error::PolicyInvalid)),
        (Duration::from_secs(1), None),
        (Duration::from_secs(366 * 86_400), None),
        (Duration::from_secs(366 * 86_400 + 1), Some(Error::PolicyInvalid)),
    ] {
        assert_eq!(Budget::of_calls(Scope::All, 1, window).err(), error, "{window:?}");
    }
}

// ---------------------------------------------------------------- who is stopped (AC-36)

#[test]
fn ac_36_each_scope_stops_its_own_and_only_a_person_is_locked() {
    let role = Role::new("chargeback").unwrap();
    let same_role = |ask: Ask| Ask { roles: vec![role.clone()], ..ask };
    let elsewhere = |ask: Ask| Ask { origin: Origin::new("10.9.9.9").unwrap(), ..ask };
    let other_tenant = |ask: Ask| Ask { tenant: TenantId::new("other").unwrap(), ..ask };
    type Change = Box<dyn Fn(Ask) -> Ask>;
    // scope, another request that shares the budget, one that does not
    let table: Vec<(Scope, Option<Change>, Option<Change>)> = vec![
        (Scope::Actor, None, Some(Box::new(|ask| Ask { actor: actor("bob"), ..ask }))),
        (
            Scope::Role(role.clone()),
            Some(Box::new(|ask| Ask { actor: actor("bob"), ..ask })),
            Some(Box::new(|ask| Ask { actor: actor("bob"), roles: vec![], ..ask })),
        ),
        (Scope::Origin, Some(Box::new(|ask| Ask { actor: actor("bob"), ..ask })), Some(Box::new(elsewhere))),
        (
            Scope::Tenant,
            Some(Box::new(|ask| Ask { actor: actor("bob"), ..ask })),
            Some(Box::new(other_tenant)),
        ),
        (
            Scope::All,
            Some(Box::new(move |ask| other_tenant(elsewhere(Ask { actor: actor("bob"), ..ask })))),
            None,
        ),
    ];
    for (scope, sharing, apart) in &table {
        for kind in [ActorKind::Person, ActorKind::Service] {
            let budget = match kind {
                ActorKind::Person => handles(scope.clone(), 3),
                ActorKind::Service => calls(scope.clone(), 3),
            };
            let limits = in_memory();
            let ask = same_role(Ask { kind, budgets: vec![budget], ..Ask::by("alice") });
            for card in 0..3 {
                let _ = ask.clone().card(card).admit(&limits, at_ms(0)).unwrap();
            }
            let refusal = ask.clone().card(3).admit(&limits, at_ms(0)).unwrap_err();
            let name = format!("{scope} {kind:?}");
            assert_eq!(refusal.error, Error::BudgetExceeded, "{name}");
            assert_eq!(refusal.breached.unwrap().scope, *scope, "{name}");
            let locks = *scope == Scope::Actor && kind == ActorKind::Person;
            assert_eq!(refusal.locked_now, locks, "{name}");
            assert_eq!(limits.locked().unwrap().len(), usize::from(locks), "{name}");
            if let Some(sharing) = sharing {
                let error = sharing(ask.clone()).card(4).admit(&limits, at_ms(0)).unwrap_err().error;
                assert_eq!(error, Error::BudgetExceeded, "{name}: shared");
            }
            if let Some(apart) = apart {
                let _ = apart(ask.clone()).card(4).admit(&limits, at_ms(0)).expect(&name);
            }
            // Once the window has moved on, all but the locked are served again.
            let later = ask.card(5).admit(&limits, at_ms(620_000)).err().map(|refusal| refusal.error);
            assert_eq!(later, locks.then_some(Error::Locked), "{name}: later");
        }
    }
}

#[test]
fn a_person_who_breaches_several_budgets_is_locked_for_the_own() {
    let limits = in_memory();
    let budgets = vec![handles(Scope::All, 1), handles(Scope::Actor, 1)];
    let ask = Ask { budgets, ..Ask::by("alice") };
    let _ = ask.clone().card(0).admit(&limits, at_ms(0)).unwrap();
    let refusal = ask.card(1).admit(&limits, at_ms(0)).unwrap_err();
    assert_eq!((refusal.breached.unwrap().scope, refusal.locked_now), (Scope::Actor, true));
}

#[test]
fn an_operator_locks_a_service_and_the_first_lock_stands() {
    let limits = in_memory();
    limits.lock(&actor("billing"), LockReason::Operator, Timestamp::from_seconds(7)).unwrap();
    limits.lock(&actor("billing"), LockReason::Canary, Timestamp::from_seconds(8)).unwrap();
    let locked = limits.locked().unwrap();
    assert_eq!((locked[0].reason, locked[0].at.as_seconds()), (LockReason::Operator, 7));
    assert_eq!(Ask::service("billing").admit(&limits, at_ms(0)).unwrap_err().error, Error::Locked);
    assert!(limits.is_locked(&actor("billing")).unwrap());
    assert!(!limits.is_locked(&actor("billin")).unwrap());
}

#[test]
fn ac_57_deleting_or_editing_a_lock_unlocks_nobody() {
    for attack in [
        "DELETE FROM rows WHERE tbl='lock'",
        "UPDATE rows SET key = CAST('https://idp.example|mallory' AS BLOB) WHERE tbl='lock'",
        "UPDATE rows SET value = CAST(replace(value, 'budget', 'canary') AS BLOB) WHERE tbl='lock'",
        "DELETE FROM rows WHERE tbl IN ('lock', 'index')",
        "DELETE FROM rows",
    ] {
        let vault = Vault::new();
        let limits = vault.limits();
        limits.lock(&actor("alice"), LockReason::Budget, Timestamp::from_seconds(7)).unwrap();
        let _ = Ask::by("bob").admit(&limits, at_ms(0)).unwrap();
        vault.sql(attack);
        for limits in [limits, vault.limits_or_none().unwrap_or_else(in_memory_damaged)] {
            let refusal = Ask::by("alice").admit(&limits, at_ms(1)).unwrap_err();
            assert_eq!(refusal.error, Error::StoreDamaged, "{attack}");
            assert_eq!(limits.recheck(&actor("alice")), Err(Error::StoreDamaged), "{attack}");
            assert_eq!(limits.locked().err(), Some(Error::StoreDamaged), "{attack}");
        }
    }
}

#[test]
fn ac_57_restoring_a_budget_of_yesterday_refills_nothing() {
    let vault = Vault::new();
    let limits = vault.limits();
    let ask = Ask { budgets: vec![handles(Scope::Tenant, 2)], ..Ask::by("alice") };
    let _ = ask.clone().card(0).admit(&limits, at_ms(0)).unwrap();
    let copy = vault.path.with_extension("copy");
    vault.sql(&format!("VACUUM INTO '{}'", copy.display()));
    let _ = ask.clone().card(1).admit(&limits, at_ms(1)).unwrap();
    vault.sql(&format!(
        "ATTACH '{}' AS old; INSERT OR REPLACE INTO rows SELECT * FROM old.rows WHERE tbl IN ('window', 'clock')",
        copy.display()
    ));
    assert_eq!(ask.card(2).admit(&limits, at_ms(2)).unwrap_err().error, Error::StoreDamaged);
}

// ---------------------------------------------------------------- threads, processes, kills (AC-36)

#[test]
fn ac_36_sixteen_threads_share_one_budget() {
    let vault = Vault::new();
    let limits = vault.limits();
    let admitted = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for thread in 0..16u64 {
            let (limits, admitted) = (&limits, &admitted);
            scope.spawn(move || {
                let ask = Ask { budgets: vec![handles(Scope::All, 200)], ..Ask::by(&format!("p{thread}")) };
                for card in 0..40 {
                    match ask.clone().card(thread * 1000 + card).admit(limits, at_ms(card)) {
                        Ok(_) => drop(admitted.fetch_add(1, Ordering::Relaxed)),
                        Err(refusal) => assert_eq!(refusal.error, Error::BudgetExceeded),
                    }
                }
            });
        }
    });
    assert_eq!(admitted.into_inner(), 200);
    assert!(limits.locked().unwrap().is_empty());
}

#[test]
fn ac_36_processes_share_one_budget_and_restarts_refill_nothing() {
    let vault = Vault::new();
    let mut total = 0;
    // The second round of processes starts on what the first has left.
    for (round, left) in [(0, 300), (1, 0)] {
        let children: Vec<_> = (0..4).map(|number| vault.child("child_spends", round * 4 + number)).collect();
        let mut admitted = 0;
        for mut child in children {
            admitted += lines(&mut child).filter(|line| line == "admitted").count();
            assert!(child.wait().unwrap().success());
        }
        assert_eq!(admitted, left, "round {round}");
        total += admitted;
    }
    assert_eq!(total, 300);
    vault.store().check().unwrap();
}

#[test]
#[ignore = "run in a process of its own by the test above"]
fn child_spends() {
    let (limits, number) = Vault::of_parent();
    let ask = Ask { budgets: vec![handles(Scope::All, 300)], ..Ask::by(&format!("p{number}")) };
    for card in 0..150 {
        let ask = ask.clone().card(number * 1000 + card);
        let refusal = loop {
            match ask.admit(&limits, at_ms(card)) {
                // Four processes on two cores may keep one waiting for more than a second.
                Err(refusal) if refusal.error == Error::StoreUnavailable => {}
                other => break other.err(),
            }
        };
        match refusal {
            None => println!("\nadmitted"),
            Some(refusal) => assert_eq!(refusal.error, Error::BudgetExceeded),
        }
    }
}

#[test]
fn ac_36_a_killed_process_leaves_no_reveal_uncounted() {
    let vault = Vault::new();
    let mut admitted = 0;
    for round in 0..12 {
        let mut child = vault.child("child_spends_until_killed", round);
        let mut lines = lines(&mut child);
        admitted += lines.by_ref().filter(|line| line == "admitted").take(5 + 7 * round as usize).count();
        child.kill().unwrap();
        admitted += lines.filter(|line| line == "admitted").count();
        child.wait().unwrap();
        vault.store().check().unwrap();
    }
    let one_more = until_killed(0).admit(&vault.limits(), at_ms(0)).unwrap();
    let counted = one_more.usages()[0].used as usize - 1;
    // At most one of each process was counted and not yet said.
    assert!((admitted..=admitted + 12).contains(&counted), "{admitted} admitted, {counted} counted");
    assert!(admitted >= 12 * 5);
}

#[test]
#[ignore = "run in a process of its own by the test above"]
fn child_spends_until_killed() {
    let (limits, number) = Vault::of_parent();
    let mut out = std::io::stdout().lock();
    loop {
        let _ = until_killed(number).admit(&limits, at_ms(0)).unwrap();
        writeln!(out, "\nadmitted").unwrap();
    }
}

fn until_killed(number: u64) -> Ask {
    Ask { budgets: vec![calls(Scope::All, u32::MAX)], ..Ask::service(&format!("s{number}")) }
}

// ---------------------------------------------------------------- clocks (AC-36)

#[test]
fn ac_36_no_clock_refills_a_budget() {
    let boot = |now: Now, boot| Now { boot: [boot; 16], ..now };
    let wall = |now: Now, ms: i64| Now { wall: now.wall.plus_millis(ms), ..now };
    const DAY: i64 = 86_400_000;
    // name, a reading after the budget is used up at 0, whether it refills, whether a step is reported
    let table = [
        ("a second later", at_ms(1_000), false, false),
        ("wall set forward a day", wall(at_ms(1_000), DAY), false, true),
        ("wall set back a day", wall(at_ms(1_000), -DAY), false, true),
        ("wall stands, machine ran", wall(at_ms(700_000), -700_000), false, true),
        ("wall set back, machine ran", wall(at_ms(700_000), -DAY), false, true),
        ("window over", at_ms(700_000), true, false),
        ("restart at once", boot(wall(since_boot(at_ms(1_000), 5), 0), 2), false, false),
        ("restart, wall set back a day", boot(wall(since_boot(at_ms(1_000), 5), -DAY), 2), false, true),
        ("restart after the window", boot(since_boot(at_ms(700_000), 5), 2), true, false),
    ];
    for (name, now, refills, steps) in table {
        let vault = Vault::new();
        let ask = Ask { budgets: vec![calls(Scope::All, 1)], ..Ask::service("billing") };
        let _ = ask.clone().admit(&vault.limits(), at_ms(0)).unwrap();
        let (admitted, step) = match ask.admit(&vault.limits(), now) {
            Ok(admitted) => (true, admitted.clock_step()),
            Err(refusal) => (false, refusal.clock_step),
        };
        assert_eq!((admitted, step.is_some()), (refills, steps), "{name}: {step:?}");
    }
}

#[test]
fn a_clock_step_is_reported_once_with_its_size() {
    let limits = in_memory();
    let ask = Ask::service("billing");
    let _ = ask.admit(&limits, at_ms(0)).unwrap();
    let set = |ms| Now { wall: at_ms(ms).wall.plus_millis(-3_600_000), ..at_ms(ms) };
    let step = ask.admit(&limits, set(500)).unwrap().clock_step();
    assert_eq!(step, Some(ClockStep { wall_ms: -3_599_500, since_boot_ms: Some(500) }));
    assert_eq!(ask.admit(&limits, set(900)).unwrap().clock_step(), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Against the plain rule: never more than the limit in any window; never refused but when a window longer by
    /// one part of sixty would be full.
    #[test]
    fn ac_36_a_sliding_window_never_counts_short(
        limit in 1u32..12,
        few_calls in any::<bool>(),
        requests in prop::collection::vec((0u64..4_000, 0u64..16), 1..120),
    ) {
        const WINDOW_MS: u64 = 30_000;
        const PART_MS: u64 = WINDOW_MS / 60;
        let limits = in_memory();
        let calls = if few_calls { limit + 3 } else { 10_000 };
        let budget = Budget::of_handles(Scope::Tenant, limit, Duration::from_millis(WINDOW_MS)).unwrap();
        let ask = Ask { budgets: vec![budget.with_calls(calls)], ..Ask::by("alice") };
        let mut admitted: Vec<(u64, u64)> = Vec::new();
        let mut now = 0;
        // Wall time is zero at the first request: so is the budget clock.
        let _ = Ask::by("bob").admit(&limits, at_ms(0)).unwrap();
        for (pause, card) in requests {
            now += pause;
            let within = |length: u64| {
                let recent = admitted.iter().filter(|(at, _)| at + length > now);
                let cards: std::collections::HashSet<u64> = recent.clone().map(|(_, card)| *card).collect();
                let more = u32::from(!cards.contains(&card));
                (cards.len() as u32 + more, recent.count() as u32 + 1, more)
            };
            match ask.clone().card(card).admit(&limits, at_ms(now)) {
                Ok(_) => {
                    let (cards, all, _) = within(WINDOW_MS);
                    prop_assert!(cards <= limit && all <= calls, "{cards} cards, {all} calls at {now}");
                    admitted.push((now, card));
                }
                Err(refusal) => {
                    prop_assert_eq!(refusal.error, Error::BudgetExceeded);
                    let (cards, all, more) = within(WINDOW_MS + PART_MS);
                    prop_assert!((cards > limit && more == 1) || all > calls, "{cards} cards, {all} calls at {now}");
                }
            }
        }
    }
}

// ---------------------------------------------------------------- identity tokens

#[test]
fn ac_32_a_token_belongs_to_the_origin_and_application_that_first_used_it() {
    let limits = in_memory();
    let token = Token { issuer: "https://idp.example", id: "t1", expires_ms: 900_000 };
    let ask = Ask { token: Some(token), ..Ask::by("alice") };
    let _ = ask.clone().admit(&limits, at_ms(0)).unwrap();
    let _ = ask.clone().admit(&limits, at_ms(800_000)).unwrap();
    let table = [
        ("another origin", Ask { origin: Origin::new("10.9.9.9").unwrap(), ..ask.clone() }, true),
        ("another application", Ask { application: Application::new("other").unwrap(), ..ask.clone() }, true),
        ("another person", Ask { actor: actor("bob"), ..ask.clone() }, false),
        ("another id", ask_with(&ask, Token { id: "t2", ..token }), false),
        ("another issuer", ask_with(&ask, Token { issuer: "https://other.example", ..token }), false),
    ];
    for (name, ask, replayed) in table {
        let error = ask.admit(&limits, at_ms(800_000)).err().map(|refusal| refusal.error);
        assert_eq!(error, replayed.then_some(Error::IdentityReplayed), "{name}");
    }
    assert!(limits.locked().unwrap().is_empty(), "nobody is locked by a replay");
}

#[test]
fn ac_32_a_token_is_claimed_even_by_a_request_over_budget() {
    let limits = in_memory();
    let token = Token { issuer: "https://idp.example", id: "t1", expires_ms: 900_000 };
    let ask = Ask { token: Some(token), budgets: vec![calls(Scope::Origin, 0)], ..Ask::by("alice") };
    assert_eq!(ask.clone().admit(&limits, at_ms(0)).unwrap_err().error, Error::BudgetExceeded);
    let elsewhere = Ask { origin: Origin::new("10.9.9.9").unwrap(), ..ask };
    assert_eq!(elsewhere.admit(&limits, at_ms(0)).unwrap_err().error, Error::IdentityReplayed);
}

#[test]
fn expired_tokens_and_idle_windows_are_cleared_away_and_living_ones_are_not() {
    let root = fixed_root();
    let store = Arc::new(AuthenticatedStore::create(MemoryStore::new(), &root).unwrap());
    let limits = Limits::new(store.clone(), &root).unwrap();
    let request = |number: u64| {
        let id: &'static str = Box::leak(format!("t{number}").into_boxed_str());
        let now_ms = number * 1_000;
        let token = Token { issuer: "https://idp.example", id, expires_ms: now_ms as i64 + 60_000 };
        let ask = Ask { token: Some(token), budgets: vec![calls(Scope::Actor, 9)], ..Ask::by(id) };
        (ask, at_ms(now_ms))
    };
    for number in 0..2_000 {
        let (ask, now) = request(number);
        let _ = ask.admit(&limits, now).unwrap();
    }
    for (table, living) in [(Table::Jti, 60), (Table::Window, 610)] {
        let count = store.read(|rows| rows.count(table)).unwrap();
        assert!((living..living * 3 / 2 + 100).contains(&count), "{table:?}: {count} rows");
    }
    // Every token that has not expired is remembered.
    let (_, now) = request(1_999);
    for number in 1_941..2_000 {
        let (ask, _) = request(number);
        let replayed = Ask { origin: Origin::new("10.9.9.9").unwrap(), ..ask };
        assert_eq!(replayed.admit(&limits, now).unwrap_err().error, Error::IdentityReplayed, "{number}");
    }
    store.check().unwrap();
}

#[test]
fn ac_36_a_clock_set_forward_and_back_frees_no_token() {
    let limits = in_memory();
    let ask = |number: u64| {
        let id: &'static str = Box::leak(format!("t{number}").into_boxed_str());
        Ask {
            token: Some(Token { issuer: "https://idp.example", id, expires_ms: 900_000 }),
            ..Ask::by("alice")
        }
    };
    let _ = ask(0).admit(&limits, at_ms(0)).unwrap();
    let ahead = |ms| Now { wall: at_ms(ms).wall.plus_millis(86_400_000), ..at_ms(ms) };
    for number in 1..500 {
        let _ = ask(number).admit(&limits, ahead(number)).unwrap();
    }
    let replayed = Ask { origin: Origin::new("10.9.9.9").unwrap(), ..ask(0) };
    assert_eq!(replayed.admit(&limits, at_ms(500)).unwrap_err().error, Error::IdentityReplayed);
}

// ---------------------------------------------------------------- what the tests stand on

/// A request, owned.
#[derive(Clone)]
struct Ask {
    actor: ActorId,
    kind: ActorKind,
    roles: Vec<Role>,
    origin: Origin,
    application: Application,
    tenant: TenantId,
    card: u64,
    token: Option<Token>,
    budgets: Vec<Budget>,
}

#[derive(Clone, Copy)]
struct Token {
    issuer: &'static str,
    id: &'static str,
    expires_ms: i64,
}

impl Ask {
    fn by(person: &str) -> Self {
        Self {
            actor: actor(person),
            kind: ActorKind::Person,
            roles: Vec::new(),
            origin: Origin::new("10.0.0.5").unwrap(),
            application: Application::new("backoffice").unwrap(),
            tenant: TenantId::new("shop").unwrap(),
            card: 0,
            token: None,
            budgets: Vec::new(),
        }
    }

    fn service(name: &str) -> Self {
        Self { kind: ActorKind::Service, ..Self::by(name) }
    }

    fn card(self, card: u64) -> Self {
        Self { card, ..self }
    }

    fn with_calls(self, calls: u32) -> Self {
        let budgets = self.budgets.into_iter().map(|budget| budget.with_calls(calls)).collect();
        Self { budgets, ..self }
    }

    fn admit(&self, limits: &Limits, now: Now) -> Result<Admitted, Refusal> {
        let handle = format!("f1.6-4:token number {}", self.card);
        let request = Admission {
            actor: &self.actor,
            kind: self.kind,
            roles: &self.roles,
            origin: &self.origin,
            application: &self.application,
            tenant: &self.tenant,
            handle: handle.as_bytes(),
            jti: self.token.map(|token| Identifier {
                issuer: token.issuer,
                id: token.id,
                expires: at_ms(0).wall.plus_millis(token.expires_ms),
            }),
            budgets: &self.budgets,
        };
        limits.admit(&request, now)
    }
}

fn ask_with(ask: &Ask, token: Token) -> Ask {
    Ask { token: Some(token), ..ask.clone() }
}

fn handles(scope: Scope, limit: u32) -> Budget {
    Budget::of_handles(scope, limit, TEN_MINUTES).unwrap()
}

fn calls(scope: Scope, limit: u32) -> Budget {
    Budget::of_calls(scope, limit, TEN_MINUTES).unwrap()
}

fn actor(name: &str) -> ActorId {
    ActorId::new(&format!("https://idp.example|{name}")).unwrap()
}

/// A reading `ms` after an honest start.
fn at_ms(ms: u64) -> Now {
    Now {
        wall: Timestamp::from_millis(1_795_334_400_000 + ms as i64),
        since_boot_ms: 5_000_000 + ms,
        boot: [1; 16],
    }
}

fn since_boot(now: Now, since_boot_ms: u64) -> Now {
    Now { since_boot_ms, ..now }
}

fn in_memory() -> Limits {
    let store = AuthenticatedStore::create(MemoryStore::new(), &fixed_root()).unwrap();
    Limits::new(Arc::new(store), &fixed_root()).unwrap()
}

/// Stands for a store that could not even be opened.
fn in_memory_damaged() -> Limits {
    let memory = Arc::new(MemoryStore::new());
    let store = AuthenticatedStore::create(memory.clone(), &fixed_root()).unwrap();
    memory.transact(&mut |tx| tx.delete(Table::Head, b"head")).unwrap();
    Limits::new(Arc::new(store), &fixed_root()).unwrap()
}

/// A store file in a directory of its own.
struct Vault {
    _directory: tempfile::TempDir,
    path: PathBuf,
}

impl Vault {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state.db");
        AuthenticatedStore::create(SqliteStore::create(&path).unwrap(), &fixed_root()).unwrap();
        Self { _directory: directory, path }
    }

    /// In a child process: the limits of the parent's vault, and the child's number.
    fn of_parent() -> (Limits, u64) {
        let path = PathBuf::from(std::env::var_os("PANVEIL_TEST_STORE").unwrap());
        let number = std::env::var("PANVEIL_TEST_NUMBER").unwrap().parse().unwrap();
        (open(&path).map(limits_of).unwrap(), number)
    }

    fn store(&self) -> AuthenticatedStore {
        open(&self.path).unwrap()
    }

    fn limits(&self) -> Limits {
        limits_of(self.store())
    }

    fn limits_or_none(&self) -> Option<Limits> {
        match open(&self.path) {
            Ok(store) => Some(limits_of(store)),
            Err(error) => {
                assert_eq!(error, Error::StoreDamaged);
                None
            }
        }
    }

    fn sql(&self, sql: &str) {
        rusqlite::Connection::open(&self.path).unwrap().execute_batch(sql).unwrap();
    }

    fn child(&self, test: &str, number: u64) -> Child {
        Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "--nocapture", test])
            .env("PANVEIL_TEST_STORE", &self.path)
            .env("PANVEIL_TEST_NUMBER", number.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    }
}

fn open(path: &std::path::Path) -> panveil::Result<AuthenticatedStore> {
    AuthenticatedStore::open(SqliteStore::open(path)?, &fixed_root(), 0)
}

fn limits_of(store: AuthenticatedStore) -> Limits {
    Limits::new(Arc::new(store), &fixed_root()).unwrap()
}

fn lines(child: &mut Child) -> impl Iterator<Item = String> + use<> {
    BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap)
}

fn fixed_root() -> Secret {
    Secret::fill_with(|bytes| {
        bytes.fill(42);
        Ok(())
    })
    .unwrap()
}
