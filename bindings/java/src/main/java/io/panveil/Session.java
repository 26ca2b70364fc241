package io.panveil;

/**
 * A verified identity at work, bound to its origin and to its vault. Policy, age of the authentication, locks and budgets
 * are looked at again at every reveal. It holds no secret; closing it frees a little memory before the vault does.
 */
public final class Session implements AutoCloseable {
    private final Vault vault;
    private final Ticket ticket;

    Session(Vault vault, Ticket ticket) {
        this.vault = vault;
        this.ticket = ticket;
    }

    /**
     * When it ends at the latest: with the identity token.
     *
     * @return milliseconds since 1970-01-01T00:00:00Z
     */
    public long endsAtMillis() {
        long ends = Native.check(Native.sessionEnds(ticket.use()));
        ticket.keep();
        return ends;
    }

    Ticket ticket() {
        return ticket;
    }

    /** Ends the session. A second call does nothing. */
    @Override
    public void close() {
        Native.check(ticket.close());
    }

    @Override
    public String toString() {
        return "Session(" + vault + ")";
    }
}
