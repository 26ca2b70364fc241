//! The application's audit sinks.

use panveil::Result;
use panveil::vault::OpenOptions;

use crate::fields::Fields;
use crate::upcall::Hooks;

pub(crate) fn add(_fields: &mut Fields<'_>, _hooks: Hooks, _options: &mut OpenOptions) -> Result<()> {
    Ok(())
}
