#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]
//! The CSV engine behind `panveil protect`: a table in, the same table without card numbers out.
//!
//! It knows rows, cells and files, and no cryptography: what becomes of a card number is decided by the
//! [`CardWork`] it is given. Rows stream through in constant memory, whatever the size of the file:
//!
//! ```text
//! input -> Splitter (whole rows) -> workers (Transform) -> writer in order -> output, rejects
//!              ^                                               |
//!              +------------- a fixed number of batches -------+
//! ```
//!
//! **Dialect.** Separator `,` `;` tab or `|`; cells quoted with `"`, and a quote inside written twice or with a
//! backslash; a quote opens only at the start of a cell. LF, CRLF and CR end a row. Encoding UTF-8 or Shift_JIS,
//! sniffed or given; EUC-JP and Windows-1252 when given; UTF-16 is refused. The first row names the columns.
//! What is kept is copied byte for byte, quotes, line endings, byte order mark and blank lines included.
//!
//! **Columns.** In place of the card column stand `token,token_format,masked`, and with sealing also
//! `record_id,sealed`. Columns whose name says security code, PIN or track data are dropped (PCI DSS 3.3.1).
//!
//! **Rows.** A row with an empty card cell is kept, with empty token cells. A row that cannot be taken goes to the
//! rejects as line, column and [`Reason`], never with a value. A quoted cell that is never closed rejects the
//! line it begins on, and reading resumes on the next line, so that one stray quote does not swallow a file.
//!
//! Buffers that held input are wiped before they are used again or freed.

mod batch;
pub mod check;
mod dialect;
mod encoding;
mod error;
mod finder;
mod output;
mod pipeline;
mod plan;
mod protect;
mod row;
mod sniff;
mod split;
mod summary;
mod transform;
mod value;
mod wiped;
mod work;

pub use dialect::{Dialect, Escape, Separator};
pub use encoding::Encoding;
pub use error::TableError;
pub use output::{Existing, OutputFiles, rejects_path};
pub use plan::{Ask, Warning};
pub use protect::{Input, Job, Settings, Table, protect_file};
pub use summary::{DroppedColumn, Progress, Summary};
pub use work::{CardBatch, CardWork, Protected, Reason, SingleCardWork};
