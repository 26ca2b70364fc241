package io.panveil;

import java.nio.ByteBuffer;

/**
 * Makes keyed hashes of whole card numbers, for equality search and matching. May be shared between threads.
 *
 * <p>Card numbers are ASCII digits, 13 to 19 of them, with a right check digit; anything else is refused with a 1xx
 * {@link Status}.
 */
public final class Fingerprinter implements AutoCloseable {
    private final Vault vault;
    private final Ticket ticket;

    Fingerprinter(Vault vault, Ticket ticket) {
        this.vault = vault;
        this.ticket = ticket;
    }

    /**
     * HMAC-SHA-256 over all digits of the card number.
     *
     * @param pan ASCII digits
     * @return the fingerprint
     */
    public Fingerprint fingerprint(byte[] pan) {
        return fingerprint(Digits.value(pan), pan.length);
    }

    /**
     * As {@link #fingerprint(byte[])}.
     *
     * @param pan ASCII digits
     * @return the fingerprint
     */
    public Fingerprint fingerprint(char[] pan) {
        return fingerprint(Digits.value(pan), pan.length);
    }

    /**
     * As {@link #fingerprint(byte[])}, of the bytes between position and limit, which stay as they are.
     *
     * @param pan ASCII digits
     * @return the fingerprint
     */
    public Fingerprint fingerprint(ByteBuffer pan) {
        return fingerprint(Digits.value(pan), pan.remaining());
    }

    private Fingerprint fingerprint(long pan, int length) {
        byte[] hash = new byte[Fingerprint.BYTES];
        long version = Native.check(Native.fingerprint(ticket.use(), pan, length, hash));
        ticket.keep();
        return new Fingerprint(hash, (int) version);
    }

    /**
     * The fingerprints of many card numbers; buffers as in {@link Tokenizer#tokenizeAll(ByteBuffer, ByteBuffer, Layout)}.
     *
     * @param in records of card numbers, {@link Batch#PAN_BYTES} each, between position and limit
     * @param out room for as many records, {@link Batch#FINGERPRINT_BYTES} each, from its position on
     * @return how many were done and refused; each record has its own status
     * @throws CardDataException {@link Status#ARGUMENT} or {@link Status#BUFFER_TOO_SMALL} if the buffers do not fit
     * @see Batch
     */
    public BatchReport fingerprintAll(ByteBuffer in, ByteBuffer out) {
        BatchBuffer from = BatchBuffer.toRead(in);
        BatchBuffer to = BatchBuffer.toWrite(out);
        int count = from.count(Batch.PAN_BYTES, to, Batch.FINGERPRINT_BYTES);
        long done = Native.check(Native.fingerprintAll(
                ticket.use(), count, from.array, from.direct, from.start, to.array, to.direct, to.start));
        ticket.keep();
        from.advance(count * Batch.PAN_BYTES);
        to.advance(count * Batch.FINGERPRINT_BYTES);
        return new BatchReport((int) done, count - (int) done);
    }

    /** Ends it and wipes its key, when the calls that still run are done. A second call does nothing. */
    @Override
    public void close() {
        Native.check(ticket.close());
    }

    @Override
    public String toString() {
        return "Fingerprinter(" + vault + ")";
    }
}
