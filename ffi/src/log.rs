//! The state of the audit log.

use crate::boundary::{boundary, nothing};
use crate::handle::{find, panveil_vault};
use crate::ptr;
use crate::status::panveil_status;

/// Writes 1 if the audit log has failed, so that nothing is revealed until panveil_vault_log_reopen succeeds, else 0.
///
/// Returns PANVEIL_OK; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
///
/// # Safety
/// - `failed` is NULL or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn panveil_vault_log_failed(
    vault: *const panveil_vault,
    failed: *mut u32,
) -> panveil_status {
    boundary(|| {
        let open = find(vault)?;
        // SAFETY: as the caller promises.
        let place = unsafe { ptr::out(failed) }?;
        Ok(move || {
            place.write(u32::from(open.vault.log_has_failed()));
            Ok(())
        })
    })
}

/// Opens a failed audit log again, as a new process would.
///
/// Returns PANVEIL_OK; 6xx statuses if it still cannot be written, and it stays failed then; PANVEIL_NULL_POINTER,
/// PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
#[unsafe(no_mangle)]
pub extern "C" fn panveil_vault_log_reopen(vault: *const panveil_vault) -> panveil_status {
    boundary(|| {
        find(vault)?.vault.reopen_log()?;
        Ok(nothing)
    })
}
