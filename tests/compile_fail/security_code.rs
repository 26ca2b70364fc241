//! A security code is neither copied, compared, hashed, printed nor serialized.

use std::fmt::Display;
use std::hash::Hash;

fn clone<T: Clone>() {}
fn compare<T: PartialEq>() {}
fn hash<T: Hash>() {}
fn print<T: Display>() {}
fn serialize<T: serde::Serialize>() {}
fn text<T: ToString>() {}

fn main() {
    type Secret = panveil::card::SecurityCode;
    clone::<Secret>();
    compare::<Secret>();
    hash::<Secret>();
    print::<Secret>();
    serialize::<Secret>();
    text::<Secret>();
}
