package io.panveil;

import java.nio.ByteBuffer;

/**
 * Makes tokens for a named caller. May be shared between threads; close it with its vault, or earlier.
 *
 * <p>The same card number and layout give the same token, so tokens join tables as card numbers did. No method returns a
 * card number: the way back is the {@link Gate}.
 *
 * <p>Card numbers are ASCII digits, 13 to 19 of them, with a right check digit; anything else is refused with a 1xx
 * {@link Status}. Arrays and buffers stay yours to wipe.
 */
public final class Tokenizer implements AutoCloseable {
    private final Vault vault;
    private final Ticket ticket;
    private final int version;
    private final byte[] auto = new byte[Digits.MAX + 1];

    Tokenizer(Vault vault, Ticket ticket) {
        this.vault = vault;
        this.ticket = ticket;
        this.version = (int) Native.check(Native.tokenizerVersion(ticket.use()));
        for (int length = 0; length <= Digits.MAX; length++) {
            auto[length] = (byte) Math.max(0, Native.autoLayout(length));
        }
    }

    /**
     * The token of a card number.
     *
     * @param pan ASCII digits
     * @param layout which digits stay clear
     * @return the token
     * @throws CardDataException {@link Status#LAYOUT_REFUSED} if the layout is not for this length; a 1xx status if it is
     *     no card number
     */
    public Token tokenize(byte[] pan, Layout layout) {
        return tokenize(Digits.value(pan), pan.length, layout);
    }

    /**
     * As {@link #tokenize(byte[], Layout)}.
     *
     * @param pan ASCII digits
     * @param layout which digits stay clear
     * @return the token
     */
    public Token tokenize(char[] pan, Layout layout) {
        return tokenize(Digits.value(pan), pan.length, layout);
    }

    /**
     * As {@link #tokenize(byte[], Layout)}, of the bytes between position and limit, which stay as they are.
     *
     * @param pan ASCII digits
     * @param layout which digits stay clear
     * @return the token
     */
    public Token tokenize(ByteBuffer pan, Layout layout) {
        return tokenize(Digits.value(pan), pan.remaining(), layout);
    }

    /**
     * As {@link #tokenize(byte[], Layout)}, for code that is being moved over. A string cannot be wiped: it stays on the
     * heap until it is overwritten, and in every heap dump until then. Calls are counted, see {@link Vault#stringCalls},
     * and can be switched off, see {@link VaultOptions#refuseStrings}.
     *
     * @param pan ASCII digits
     * @param layout which digits stay clear
     * @return the token
     * @throws UnsupportedOperationException if switched off
     * @deprecated migration: pass a {@code byte[]} and wipe it
     */
    @Deprecated
    public Token tokenize(String pan, Layout layout) {
        vault.owner().countString();
        return tokenize(Digits.value(pan), pan.length(), layout);
    }

    private Token tokenize(long pan, int length, Layout layout) {
        long digits = Native.check(Native.tokenize(ticket.use(), pan, length, layout.number()));
        ticket.keep();
        return new Token(digits, length, layout == Layout.AUTO ? auto[length] : layout.number(), version);
    }

    /**
     * The tokens of many card numbers, by {@link Layout#AUTO}.
     *
     * @param in records of card numbers, {@link Batch#PAN_BYTES} each, between position and limit
     * @param out room for as many records, {@link Batch#TOKEN_BYTES} each, from its position on
     * @return how many were done and refused; each record has its own status
     * @see Batch
     */
    public BatchReport tokenizeAll(ByteBuffer in, ByteBuffer out) {
        return tokenizeAll(in, out, Layout.AUTO);
    }

    /**
     * The tokens of many card numbers. Heap and direct buffers are taken, in any mixture; the bytes are copied through
     * small chunks outside of Java's heap, so the garbage collector never waits. Afterwards both positions stand behind
     * what was read and written. The two must not overlap.
     *
     * @param in records of card numbers, {@link Batch#PAN_BYTES} each, between position and limit
     * @param out room for as many records, {@link Batch#TOKEN_BYTES} each, from its position on
     * @param layout which digits stay clear
     * @return how many were done and refused; each record has its own status
     * @throws CardDataException {@link Status#ARGUMENT} if {@code in} does not hold whole records; {@link
     *     Status#BUFFER_TOO_SMALL} if {@code out} has too little room: nothing is done then
     * @see Batch
     */
    public BatchReport tokenizeAll(ByteBuffer in, ByteBuffer out, Layout layout) {
        BatchBuffer from = BatchBuffer.toRead(in);
        BatchBuffer to = BatchBuffer.toWrite(out);
        int count = from.count(Batch.PAN_BYTES, to, Batch.TOKEN_BYTES);
        long done = Native.check(Native.tokenizeAll(
                ticket.use(), layout.number(), count,
                from.array, from.direct, from.start, to.array, to.direct, to.start));
        ticket.keep();
        from.advance(count * Batch.PAN_BYTES);
        to.advance(count * Batch.TOKEN_BYTES);
        return new BatchReport((int) done, count - (int) done);
    }

    /**
     * The format of a token of a batch, whose record names its layout.
     *
     * @param layout the layout's number: 0, 1 or 2
     * @return for example {@code f1.6-4}
     */
    public String format(int layout) {
        return new Token(0, Digits.MAX, layout, version).format();
    }

    Vault vault() {
        return vault;
    }

    Ticket ticket() {
        return ticket;
    }

    /** Ends it and wipes its keys, when the calls that still run are done. A second call does nothing. */
    @Override
    public void close() {
        Native.check(ticket.close());
    }
}
