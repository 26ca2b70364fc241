//! Opens a vault directory and hands out what works on it: the only place where both roads meet.

mod applied;
pub mod apply;
pub mod config;
mod copies;
pub mod create;
mod files;
mod keys;
mod meters;
mod opened;
mod opening;
pub mod problem;
pub mod rotate;
pub mod system_clock;
pub mod test_issuer;
pub mod unlock;

pub use apply::{ConfigStatus, apply_config, config_status};
pub use config::Config;
pub use create::{CreateOptions, create};
pub use opened::{OpenOptions, Stream, Vault};
pub use problem::Problem;
pub use rotate::rotate;
pub use system_clock::SystemClock;
pub use test_issuer::TestIdentity;
pub use unlock::Unlock;

/// The stream of the command.
pub(crate) const DEFAULT_STREAM: &str = "cli";
