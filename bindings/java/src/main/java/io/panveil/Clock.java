package io.panveil;

/**
 * The wall clock a vault lives by, for tests and for hosts with a time source of their own.
 *
 * <p>It is asked several times in each reveal and once for each sealed value, through a daemon thread that enforces the
 * deadline of {@link VaultOptions#callbackDeadline}; that costs some ten microseconds each time. While it throws or
 * hangs nothing is revealed or sealed: {@link Status#CALLBACK_FAILED}.
 */
@FunctionalInterface
public interface Clock {
    /**
     * The time.
     *
     * @return milliseconds since 1970-01-01T00:00:00Z
     */
    long millis();
}
