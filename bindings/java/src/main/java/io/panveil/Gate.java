package io.panveil;

/**
 * The only way from a handle to a value: decides by policy, limits, records durably, then opens. May be shared between
 * threads; their audit records become durable together.
 */
public final class Gate {
    private final Vault vault;
    private final Ticket ticket;

    Gate(Vault vault, Ticket ticket) {
        this.vault = vault;
        this.ticket = ticket;
    }

    /**
     * Verifies an identity token of your identity provider and binds it to the origin it came from. A refusal is recorded.
     *
     * @param jwt the identity token, signed
     * @param origin where it came from, as the host vouches for it: an address or a host name
     * @return a session, to be kept for the requests of this person or service
     * @throws CardDataException {@link Status#IDENTITY_REFUSED}, {@link Status#IDENTITY_EXPIRED}, {@link
     *     Status#SHARED_IDENTITY} or {@link Status#ORIGIN_MISSING}, and 6xx if the refusal cannot be recorded
     */
    public Session session(String jwt, String origin) {
        byte[] identity = new Fields().text(jwt, "jwt").text(origin, "origin").toBytes();
        long session = Native.session(ticket.use(), identity);
        ticket.keep();
        return new Session(vault, vault.ticketOf(Kind.SESSION, session));
    }

    /**
     * Reveals one value.
     *
     * <p>Every call leaves at least one record in the audit log: a denial, or an intent and an outcome. When the intent
     * cannot be made durable, nothing is opened.
     *
     * @param who the session of who asks
     * @param request what, what for, and from where
     * @return the value, to be closed: {@code try (Revealed pan = gate.reveal(who, request)) { ... }}
     * @throws CardDataException a 5xx status if the request is denied, 2xx or 3xx if the handle opens nothing, 6xx and
     *     7xx if audit log or store cannot be written, {@link Status#CALLBACK_FAILED} if the application's clock failed
     */
    public Revealed reveal(Session who, RevealRequest request) {
        long value = Native.reveal(ticket.use(), who.ticket().use(), request.toBytes());
        ticket.keep();
        who.ticket().keep();
        return new Revealed(vault, vault.ticketOf(Kind.VALUE, value));
    }

    @Override
    public String toString() {
        return "Gate(" + vault + ")";
    }
}
