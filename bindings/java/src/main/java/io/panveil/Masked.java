package io.panveil;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A card number as a person may see it, such as {@code ************1111}. Always safe to print; it holds no other digits
 * than those it shows, and there is no way back.
 *
 * <p>Card numbers come as ASCII digits, 13 to 19 of them, with a right check digit; anything else is refused with a 1xx
 * {@link Status}. The array stays yours to wipe.
 */
public final class Masked {
    private static final int LAST4 = 0x04;
    private static final int BIN6_LAST4 = 0x64;
    private static final int BIN8_LAST4 = 0x84;

    private final long clear;
    private final byte length;
    private final byte shown;

    private Masked(long clear, int length, int shown) {
        this.clear = clear;
        this.length = (byte) length;
        this.shown = (byte) shown;
    }

    /**
     * The last four digits, the others as stars: the default of every mask.
     *
     * @param pan ASCII digits
     * @return the mask
     */
    public static Masked last4(byte[] pan) {
        return of(Digits.value(pan), pan.length, LAST4);
    }

    /**
     * As {@link #last4(byte[])}.
     *
     * @param pan ASCII digits
     * @return the mask
     */
    public static Masked last4(char[] pan) {
        return of(Digits.value(pan), pan.length, LAST4);
    }

    /**
     * As {@link #last4(byte[])}, of the bytes between position and limit, which stay as they are.
     *
     * @param pan ASCII digits
     * @return the mask
     */
    public static Masked last4(ByteBuffer pan) {
        return of(Digits.value(pan), pan.remaining(), LAST4);
    }

    /**
     * A BIN of six and the last four: for roles that may see them (PCI DSS 3.4.1).
     *
     * @param pan ASCII digits
     * @return the mask
     */
    public static Masked bin6Last4(byte[] pan) {
        return of(Digits.value(pan), pan.length, BIN6_LAST4);
    }

    /**
     * As {@link #bin6Last4(byte[])}.
     *
     * @param pan ASCII digits
     * @return the mask
     */
    public static Masked bin6Last4(char[] pan) {
        return of(Digits.value(pan), pan.length, BIN6_LAST4);
    }

    /**
     * A BIN of eight and the last four, of 16 digits or more.
     *
     * @param pan ASCII digits
     * @return the mask
     * @throws CardDataException {@link Status#MASK_REFUSED} for fewer digits
     */
    public static Masked bin8Last4(byte[] pan) {
        return of(Digits.value(pan), pan.length, BIN8_LAST4);
    }

    /**
     * The masks of many card numbers, each with its last four digits; buffers as in {@link
     * Tokenizer#tokenizeAll(ByteBuffer, ByteBuffer, Layout)}.
     *
     * @param in records of card numbers, {@link Batch#PAN_BYTES} each, between position and limit
     * @param out room for as many records, {@link Batch#MASK_BYTES} each, from its position on
     * @return how many were done and refused; each record has its own status
     * @throws CardDataException {@link Status#ARGUMENT} or {@link Status#BUFFER_TOO_SMALL} if the buffers do not fit
     * @see Batch
     */
    public static BatchReport last4All(ByteBuffer in, ByteBuffer out) {
        return all(in, out, LAST4);
    }

    /**
     * As {@link #last4All}, with a BIN of six.
     *
     * @param in records of card numbers
     * @param out room for as many masks
     * @return how many were done and refused
     */
    public static BatchReport bin6Last4All(ByteBuffer in, ByteBuffer out) {
        return all(in, out, BIN6_LAST4);
    }

    private static BatchReport all(ByteBuffer in, ByteBuffer out, int shown) {
        Panveil.requireAvailable();
        BatchBuffer from = BatchBuffer.toRead(in);
        BatchBuffer to = BatchBuffer.toWrite(out);
        int count = from.count(Batch.PAN_BYTES, to, Batch.MASK_BYTES);
        long done = Native.check(Native.maskAll(
                shown, count, from.array, from.direct, from.start, to.array, to.direct, to.start));
        from.advance(count * Batch.PAN_BYTES);
        to.advance(count * Batch.MASK_BYTES);
        return new BatchReport((int) done, count - (int) done);
    }

    private static Masked of(long pan, int length, int shown) {
        Panveil.requireAvailable();
        return new Masked(Native.check(Native.mask(pan, length, shown)), length, shown);
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Masked)) {
            return false;
        }
        Masked masked = (Masked) other;
        return clear == masked.clear && length == masked.length && shown == masked.shown;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(clear) * 31 + length;
    }

    /**
     * The mask: as long as the card number, hidden digits as {@code *}.
     *
     * @return for example {@code 411111******1111}
     */
    @Override
    public String toString() {
        byte[] text = Digits.spell(clear, length);
        int bin = (shown & 0xff) >> 4;
        int last = shown & 0x0f;
        Arrays.fill(text, bin, length - last, (byte) '*');
        return Digits.text(text);
    }
}
