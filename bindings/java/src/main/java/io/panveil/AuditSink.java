package io.panveil;

/**
 * Takes audit records elsewhere: to a log server, a queue, another machine.
 *
 * <p>Records are durable in the vault's own log before a sink hears of them. After a failure the same records come again,
 * so a sink may see a record twice; its {@code seq} tells. A required sink that throws, or does not
 * return within its deadline, makes the log fail: callers get no plaintext, and nothing is revealed until {@link
 * Vault#reopenLog}. A best-effort one is recorded as an alert, and the rest goes on.
 */
@FunctionalInterface
public interface AuditSink {
    /**
     * Delivers records. Called in order, one call at a time, on a daemon thread of the vault's own.
     *
     * @param records one or more whole records, each a line of JSON in UTF-8 with its newline; they hold no card data
     * @throws Exception if they could not be delivered; its text goes nowhere
     */
    void deliver(byte[] records) throws Exception;

    /**
     * The vault's own log has failed, and cannot say so itself: nothing is revealed until {@link Vault#reopenLog}.
     *
     * @param reason a 6xx status
     * @throws Exception nothing depends on it
     */
    default void logFailed(Status reason) throws Exception {}
}
