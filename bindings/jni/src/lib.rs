#![deny(unsafe_code)]
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
//! The native half of panveil's Java binding.
//!
//! The library exports `JNI_OnLoad` and `JNI_OnUnload`, nothing else: the natives of the class `Native` are registered
//! when it is loaded, under whatever name that class has after shading. Everything that a caller reads is plain Java
//! above those natives; here numbers and bytes come in and go out.
//!
//! The only module with unsafe code is `registration`.

mod batch;
mod boundary;
mod clock;
mod digits;
mod fields;
mod kek;
mod objects;
mod protect;
mod redact;
mod region;
mod registration;
mod reveal;
mod sink;
mod upcall;
mod vault;
