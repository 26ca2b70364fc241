//! Moments of the years 2024 to 2026, as logs write them.

use crate::chance::Chance;

/// A moment.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    year: usize,
    month: usize,
    day: usize,
    hour: usize,
    minute: usize,
    second: usize,
    nanosecond: usize,
}

impl Moment {
    /// Any.
    pub fn any(chance: &mut Chance) -> Self {
        Self {
            year: chance.between(2024, 2026),
            month: chance.between(1, 12),
            day: chance.between(1, 28),
            hour: chance.below(24),
            minute: chance.below(60),
            second: chance.below(60),
            nanosecond: chance.below(1_000_000_000),
        }
    }

    /// Seconds since 1970.
    pub fn epoch(&self) -> u64 {
        // Days from the civil calendar, counted from March as the first month.
        let (year, month) =
            if self.month > 2 { (self.year, self.month - 3) } else { (self.year - 1, self.month + 9) };
        let days =
            year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + self.day - 1 - 719_468;
        (((days * 24 + self.hour) * 60 + self.minute) * 60 + self.second) as u64
    }

    /// Milliseconds since 1970.
    pub fn milliseconds(&self) -> u64 {
        self.epoch() * 1000 + (self.nanosecond / 1_000_000) as u64
    }

    /// Microseconds since 1970.
    pub fn microseconds(&self) -> u64 {
        self.epoch() * 1_000_000 + (self.nanosecond / 1000) as u64
    }

    /// Nanoseconds since 1970.
    pub fn nanoseconds(&self) -> u64 {
        self.epoch() * 1_000_000_000 + self.nanosecond as u64
    }

    /// 2026-11-26
    pub fn date(&self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// 12:34:56.789
    pub fn time(&self) -> String {
        format!("{:02}:{:02}:{:02}.{:03}", self.hour, self.minute, self.second, self.nanosecond / 1_000_000)
    }

    /// 2026-11-26T12:34:56.789Z
    pub fn iso(&self) -> String {
        format!("{}T{}Z", self.date(), self.time())
    }

    /// 2026-11-26 12:34:56.789
    pub fn spaced(&self) -> String {
        format!("{} {}", self.date(), self.time())
    }

    /// 20261126123456
    pub fn compact(&self) -> String {
        format!(
            "{:04}{:02}{:02}{:02}{:02}{:02}",
            self.year, self.month, self.day, self.hour, self.minute, self.second
        )
    }

    /// 26/Nov/2026:12:34:56 +0000, as access logs have it.
    pub fn common(&self) -> String {
        format!(
            "{:02}/{}/{}:{:02}:{:02}:{:02} +0000",
            self.day,
            self.month_name(),
            self.year,
            self.hour,
            self.minute,
            self.second
        )
    }

    /// Any of the forms that logs, files and databases use.
    pub fn any_form(&self, chance: &mut Chance) -> String {
        let (y, mo, d, h, mi, s, ns) =
            (self.year, self.month, self.day, self.hour, self.minute, self.second, self.nanosecond);
        let name = self.month_name();
        match chance.below(24) {
            0 => self.iso(),
            1 => self.spaced(),
            2 => self.compact(),
            3 => self.common(),
            4 => self.epoch().to_string(),
            5 => self.milliseconds().to_string(),
            6 => self.microseconds().to_string(),
            7 => self.nanoseconds().to_string(),
            8 => format!("{}.{:06}", self.epoch(), ns / 1000),
            9 => format!("{}{:03}", self.compact(), ns / 1_000_000),
            10 => format!("{y:04}{mo:02}{d:02}T{h:02}{mi:02}{s:02}Z"),
            11 => format!("{y:04}{mo:02}{d:02} {h:02}{mi:02}{s:02}"),
            12 => format!("{y:04}/{mo:02}/{d:02} {h:02}:{mi:02}:{s:02}"),
            13 => format!("{d:02}.{mo:02}.{y:04} {h:02}:{mi:02}"),
            14 => format!("{mo:02}/{d:02}/{y:04} {h:02}:{mi:02}:{s:02}"),
            15 => format!("{name} {d:>2} {h:02}:{mi:02}:{s:02}"),
            16 => format!("{}T{h:02}:{mi:02}:{s:02}.{ns:09}+09:00", self.date()),
            17 => format!("{y}年{mo}月{d}日 {h:02}時{mi:02}分{s:02}秒"),
            18 => format!("{y:04}-{mo:02}-{d:02}-{h:02}.{mi:02}.{s:02}.{:06}", ns / 1000),
            19 => format!("[{name}/{d:02}/{y} {h:02}:{mi:02}:{s:02}]"),
            20 => format!("{d:02}-{name}-{:02} {h:02}.{mi:02}.{s:02}.{:06}", y % 100, ns / 1000),
            21 => format!("{y:04} {mo:02} {d:02} {h:02} {mi:02} {s:02}"),
            22 => format!("{y:04}-{mo:02}-{d:02}_{h:02}-{mi:02}-{s:02}"),
            _ => format!("{:02}{mo:02}{d:02}{h:02}{mi:02}{s:02}", y % 100),
        }
    }

    fn month_name(&self) -> &'static str {
        MONTHS[self.month - 1]
    }
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
