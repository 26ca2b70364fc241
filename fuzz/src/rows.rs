//! Rows of a legacy table.

use panveil_cli::table::check;

/// The engine keeps its promises on any table; the first byte says how the input is cut into batches.
pub fn rows(data: &[u8]) {
    let Some((batch, table)) = data.split_first() else { return };
    let batch_bytes = usize::from(*batch).max(1);
    assert_eq!(check::rows(table, batch_bytes), Ok(()));
    let with_header = [b"id,card,memo,cvv\n", table].concat();
    assert_eq!(check::rows(&with_header, batch_bytes), Ok(()));
}
