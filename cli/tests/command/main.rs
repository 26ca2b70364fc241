//! The built command, from outside: what it prints, how it ends, what it leaves behind.

mod faults;
mod json;
mod killed;
mod random;
mod scan;
mod script;
mod support;
mod tables;
mod together;
