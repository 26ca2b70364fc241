//! Operations that are measured in turns, so that whatever else the machine does meets all of them alike.

use std::time::{Duration, Instant};

use crate::fastest;

/// Operations in the order of their table.
#[derive(Default)]
pub struct Turns<'a>(Vec<Row<'a>>);

/// One operation: what it is compared with, and the fewest nanoseconds a thing took in any turn.
pub struct Row<'a> {
    /// What is done.
    pub name: String,
    /// The operation that does the same in another library.
    pub peer: Option<String>,
    /// The operation that this one cannot be faster than.
    pub limit: Option<String>,
    /// Nanoseconds a thing, the least of all turns.
    pub ns: f64,
    things: f64,
    /// Calls in a turn; none where the figure comes from elsewhere.
    count: u32,
    work: Box<dyn FnMut() + 'a>,
}

impl<'a> Turns<'a> {
    /// Adds an operation that does `things` things in each call.
    pub fn add(&mut self, name: impl Into<String>, things: usize, work: impl FnMut() + 'a) -> &mut Row<'a> {
        self.0.push(Row {
            name: name.into(),
            peer: None,
            limit: None,
            ns: f64::INFINITY,
            things: things as f64,
            count: 1,
            work: Box::new(work),
        });
        self.0.last_mut().expect("it was just added")
    }

    /// Adds what a program told of itself: nanoseconds a thing.
    pub fn put(&mut self, name: impl Into<String>, ns: f64) {
        let row = self.add(name, 1, || ());
        (row.ns, row.count) = (ns, 0);
    }

    /// Measures all, round after round, for as long as `budget`, but ten rounds at least.
    pub fn run(&mut self, budget: Duration) {
        for row in &mut self.0 {
            row.calibrate();
        }
        let began = Instant::now();
        let mut rounds = 0;
        while rounds < 10 || began.elapsed() < budget {
            for row in &mut self.0 {
                row.turn();
            }
            rounds += 1;
        }
    }

    /// The rows.
    pub fn rows(&self) -> &[Row<'a>] {
        &self.0
    }

    /// Nanoseconds a thing of the operation `name`.
    ///
    /// # Panics
    /// If there is no such operation: the program names what it does not measure.
    pub fn ns(&self, name: &str) -> f64 {
        let row = self.0.iter().find(|row| row.name == name);
        row.unwrap_or_else(|| panic!("no operation is called {name}")).ns
    }
}

impl Row<'_> {
    /// Names the operation of another library that does the same.
    pub fn peer(&mut self, name: impl Into<String>) -> &mut Self {
        self.peer = Some(name.into());
        self
    }

    /// Names the operation that bounds this one.
    pub fn limit(&mut self, name: impl Into<String>) -> &mut Self {
        self.limit = Some(name.into());
        self
    }

    /// As many calls as fill a turn. A turn is far shorter than the time slice of a busy machine.
    fn calibrate(&mut self) {
        while self.count > 0 && fastest(3, self.count, &mut self.work) * f64::from(self.count) < TURN {
            self.count *= 2;
        }
    }

    fn turn(&mut self) {
        if self.count == 0 {
            return;
        }
        self.ns = self.ns.min(fastest(1, self.count, &mut self.work) / self.things);
    }
}

/// Nanoseconds of a turn.
const TURN: f64 = 50_000.0;
