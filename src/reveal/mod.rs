//! The road out: who asks, whether the policy allows it, and why.
//!
//! [`IdentityVerifier`](verifier::IdentityVerifier) turns a signed token of the host's identity provider into an
//! [`Identity`](identity::Identity); [`Policy`](policy::Policy) turns what is known about a request, its
//! [`Facts`](facts::Facts), into a [`Decision`](decide::Decision). Both are pure: the time is an argument, and
//! nothing is read from a clock, a file or the network.

pub mod issuer;
pub mod jwks;

pub mod identity;
pub mod verifier;

pub mod facts;

pub mod budget_spec;
pub mod operation;
pub mod problem;
pub mod rule;

pub mod policy;

pub mod decide;
pub mod explain;
pub mod narrow;

pub mod gate;
pub mod request;
pub mod revealed;
pub mod session;

mod case_pattern;
mod claims;
mod jws;
mod period;
mod policy_file;
mod shared_id;
mod steps;
mod strict_json;
mod trail;
