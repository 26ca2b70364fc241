//! A log of a shop: digits are about three of ten bytes, and nearly none of them belong to a card.

use crate::card::Card;
use crate::chance::Chance;
use crate::identifier::{ip, order, tracking};
use crate::line::Line;
use crate::moment::Moment;
use crate::phone;
use crate::writing;

/// Makes a log with one card number in about 10 KB.
#[derive(Clone, Debug)]
pub struct Log {
    chance: Chance,
    since_card: usize,
}

/// Bytes between two card numbers.
const EVERY: usize = 10_000;

impl Log {
    /// Begins at `seed`.
    pub fn new(seed: u64) -> Self {
        Self { chance: Chance::new(seed), since_card: 0 }
    }

    /// The next line, without its end.
    pub fn line(&mut self) -> Line {
        let chance = &mut self.chance;
        let (row, make) = chance.weighed(KINDS);
        let mut line = Line { row, ..Line::default() };
        if self.since_card >= EVERY {
            self.since_card = 0;
            let card = Card::issued(chance);
            let written = match chance.below(3) {
                0 => card.digits.clone(),
                1 => writing::separated(&card.digits, " ", chance),
                _ => writing::separated(&card.digits, "-", chance),
            };
            line.put(&Moment::any(chance).spaced()).put(" WARN  PaymentClient - gateway refused ");
            line.card(&card, written).put(&format!(" code={}", chance.number(2)));
        } else {
            line.put(&make(chance));
        }
        self.since_card += line.text.len() + 1;
        line
    }

    /// A text of this many bytes (the last line is cut), and how many card numbers are whole in it.
    pub fn text(&mut self, bytes: usize) -> (Vec<u8>, usize) {
        let (mut text, mut cards) = (Vec::with_capacity(bytes + 1024), 0);
        while text.len() < bytes {
            let line = self.line();
            cards += line.truths.iter().filter(|truth| text.len() + truth.pieces[0].end <= bytes).count();
            text.extend_from_slice(&line.text);
            text.push(b'\n');
        }
        text.truncate(bytes);
        (text, cards)
    }
}

type Make = fn(&mut Chance) -> String;

const KINDS: &[(u32, (&str, Make))] = &[
    (34, ("application log", application)),
    (20, ("access log", access)),
    (22, ("JSON log", json)),
    (4, ("order event", event)),
    (20, ("stack trace", stack)),
];

/// A line of a logging framework.
pub fn application(chance: &mut Chance) -> String {
    let moment = Moment::any(chance);
    let stamp = if chance.once_in(2) { moment.spaced() } else { moment.iso() };
    let level = *chance.pick(&["INFO ", "DEBUG", "WARN ", "INFO "]);
    let thread = chance.below(64);
    let said = match chance.below(7) {
        0 => format!(
            "OrderService - order {} for customer {} took {} ms",
            order(chance),
            chance.number(7),
            chance.number(3)
        ),
        1 => format!(
            "Pool - active={} idle={} waiting={} total={}",
            chance.below(50),
            chance.below(50),
            chance.below(9),
            chance.number(2)
        ),
        2 => format!("SessionStore - evicted {} entries, {} bytes free", chance.number(4), chance.number(10)),
        3 => format!("Mailer - message <{}.{}@mail.example> queued", moment.milliseconds(), chance.number(9)),
        4 => format!(
            "Kafka - committed offset {} partition {} lag {}",
            chance.number(11),
            chance.below(48),
            chance.below(1000)
        ),
        5 => format!("Shipping - label {} printed", tracking(chance)),
        _ => format!("Sms - to {} accepted, id {}", phone::any(chance), chance.number(12)),
    };
    format!("{stamp} {level} [http-nio-exec-{thread}] com.example.shop.{said}")
}

/// A line of a web server.
pub fn access(chance: &mut Chance) -> String {
    let (ip, moment) = (ip(chance), Moment::any(chance).common());
    let path = match chance.below(5) {
        0 => format!("/api/v2/orders/{}", order(chance)),
        1 => format!("/assets/app.{}.js", chance.hex(20)),
        2 => format!("/search?q=desk&page={}&_={}", chance.below(40), Moment::any(chance).milliseconds()),
        3 => format!("/users/{}/sessions/{}", chance.number(7), chance.uuid()),
        _ => format!("/img/{}_{}x{}.jpg", chance.number(8), chance.number(3), chance.number(3)),
    };
    let (status, size) = (*chance.pick(&[200, 200, 200, 304, 404, 500]), chance.number(5));
    let agent = format!(
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.{}.{} Safari/537.36",
        chance.between(100, 140),
        chance.number(4),
        chance.number(2)
    );
    format!(
        "{ip} - - [{moment}] \"GET {path} HTTP/1.1\" {status} {size} \"-\" \"{agent}\" 0.{}",
        chance.digits(3)
    )
}

/// A structured record.
pub fn json(chance: &mut Chance) -> String {
    let moment = Moment::any(chance);
    format!(
        "{{\"ts\":{},\"level\":\"info\",\"logger\":\"com.example.shop.{}\",\"service\":\"storefront\",\"zone\":\"tokyo-a\",\"traceId\":\"{}\",\"spanId\":\"{}\",\"requestId\":\"{}\",\"userId\":{},\
         \"durationMs\":{}.{},\"bytes\":{},\"msg\":\"{}\"}}",
        moment.milliseconds(),
        chance.pick(&["cart.CartService", "stock.Reservations", "price.PriceList", "account.Sessions"]),
        chance.hex(32),
        chance.hex(16),
        chance.uuid(),
        chance.number(8),
        chance.number(2),
        chance.digits(6),
        chance.number(5),
        chance.pick(&["cart updated", "stock reserved", "price list loaded", "login", "feed written"])
    )
}

fn event(chance: &mut Chance) -> String {
    let moment = Moment::any(chance);
    format!(
        "{},{},{},{},{},{}.{},{}",
        moment.compact(),
        order(chance),
        chance.number(16),
        chance.number(12),
        chance.number(20),
        chance.number(4),
        chance.digits(2),
        phone::any(chance)
    )
}

/// A line of a stack trace.
pub fn stack(chance: &mut Chance) -> String {
    match chance.below(5) {
        0 => {
            format!("\tat com.example.shop.order.OrderService.place(OrderService.java:{})", chance.number(3))
        }
        1 => format!(
            "\tat jdk.internal.reflect.GeneratedMethodAccessor{}.invoke(Unknown Source)",
            chance.number(4)
        ),
        2 => format!(
            "\tat com.example.shop.Handler$$Lambda${}/0x{}.apply(Unknown Source)",
            chance.number(4),
            chance.hex(16)
        ),
        3 => format!(
            "  File \"/srv/app/releases/{}/lib/worker.py\", line {}, in run",
            Moment::any(chance).compact(),
            chance.number(3)
        ),
        _ => format!(
            "Caused by: java.sql.SQLTimeoutException: statement {} cancelled after {} ms",
            chance.number(8),
            chance.number(5)
        ),
    }
}
