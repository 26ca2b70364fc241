//! Where Rust ends: a refusal becomes a negative number, a panic becomes [`Error::Internal`], and nothing is printed.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use jni::Env;
use jni::errors::ErrorPolicy;
use jni::sys::jlong;
use panveil::Error;

/// Why a native did not do what it was asked for.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The library refused: its number goes to Java, negated.
    Refused(Error),
    /// A call into the JVM failed. If it left an exception, for want of memory above all, Java gets that one.
    Jvm,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl From<jni::errors::Error> for Failure {
    /// Drops the text: it may tell what a Java exception said.
    fn from(_: jni::errors::Error) -> Self {
        Self::Jvm
    }
}

/// What a native with access to the JVM returns.
pub(crate) type Outcome<T> = Result<T, Failure>;

/// Runs a native that needs nothing of the JVM.
pub(crate) fn boundary(body: impl FnOnce() -> panveil::Result<jlong>) -> jlong {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(value)) => value,
        Ok(Err(error)) => refusal(error),
        Err(payload) => {
            discard(payload);
            refusal(Error::Internal)
        }
    }
}

/// How a refusal is told to Java: the error's number, negated. No result of a native is in -1 to -999.
pub(crate) fn refusal(error: Error) -> jlong {
    jlong::from(error.number()).wrapping_neg()
}

/// Forgets what a panic carried. It may hold anything, card data too, and its destructor may panic again.
fn discard(payload: Box<dyn Any + Send>) {
    core::mem::forget(payload);
}

/// The policy of natives that need the JVM: the same numbers, and no exception but those the JVM itself raised.
pub(crate) struct Numbers;

impl ErrorPolicy<jlong, Failure> for Numbers {
    type Captures<'local: 'native, 'native> = ();

    fn on_error<'local: 'native, 'native>(
        env: &mut Env<'local>,
        (): &mut (),
        failure: Failure,
    ) -> jni::errors::Result<jlong> {
        Ok(match failure {
            Failure::Refused(error) => refusal(error),
            Failure::Jvm if env.exception_check() => 0, // the exception is the answer
            Failure::Jvm => refusal(Error::Internal),
        })
    }

    fn on_panic<'local: 'native, 'native>(
        _: &mut Env<'local>,
        (): &mut (),
        payload: Box<dyn Any + Send>,
    ) -> jni::errors::Result<jlong> {
        discard(payload);
        Ok(refusal(Error::Internal))
    }

    fn on_internal_jni_error<'local: 'native, 'native>((): &mut (), _: jni::errors::Error) -> jlong {
        refusal(Error::Internal)
    }

    fn on_internal_panic<'local: 'native, 'native>((): &mut (), payload: Box<dyn Any + Send>) -> jlong {
        discard(payload);
        refusal(Error::Internal)
    }
}

/// From now on a panic in this library says nothing, on whatever thread: the default hook prints what a panic
/// carries even where it is caught. A shared library has a hook of its own, so the host's is not touched.
pub(crate) fn silence_panics() {
    std::panic::set_hook(Box::new(|_| {}));
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use panveil::Error;

    use super::{boundary, refusal, silence_panics};

    const CARD: &str = "4111111111111111";

    #[test]
    fn a_refusal_is_a_negative_number() {
        assert_eq!(boundary(|| Ok(7)), 7);
        for error in Error::ALL {
            assert_eq!(boundary(|| Err(*error)), -i64::from(error.number()));
            assert!((-999..=-100).contains(&refusal(*error)));
        }
    }

    /// Runs this test again in a process of its own, because what a panic prints goes to the process's own output.
    #[test]
    fn ac_60_a_panic_does_not_cross_and_prints_nothing() {
        if std::env::var_os("PANVEIL_TEST_PANIC").is_some() {
            silence_panics();
            let text = CARD.to_owned();
            let number = boundary(move || std::panic::panic_any(text));
            assert_eq!(number, refusal(Error::Internal));
            let spoken = boundary(|| panic!("the card is {CARD}"));
            std::process::exit(if spoken == refusal(Error::Internal) { 40 } else { 41 });
        }
        let output = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "--nocapture",
                "boundary::tests::ac_60_a_panic_does_not_cross_and_prints_nothing",
            ])
            .env("PANVEIL_TEST_PANIC", "1")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(40));
        let text =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(!text.contains("4111") && !text.contains("panicked"), "{text}");
    }
}
