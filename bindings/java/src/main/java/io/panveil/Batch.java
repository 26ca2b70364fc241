package io.panveil;

import java.nio.ByteBuffer;

/**
 * The records of batches, to the byte; the same in Rust and C. Integers are big endian, as in a new {@link ByteBuffer}.
 *
 * <table>
 * <caption>Records</caption>
 * <tr><th>record</th><th>bytes</th><th>what stands where</th></tr>
 * <tr><td>card number, in</td><td>20</td><td>0..19 ASCII digits, then zeros; 19 how many digits, 13 to 19</td></tr>
 * <tr><td>token, out</td><td>24</td><td>0..19 ASCII digits, then zeros; 19 how many; 20 layout: 0 = {@code 0+4}, 1 =
 *     {@code 6+4}, 2 = {@code 8+0}; 21 zero; 22..24 status</td></tr>
 * <tr><td>mask, out</td><td>24</td><td>0..19 ASCII, then zeros; 19 how many; 20..22 zero; 22..24 status</td></tr>
 * <tr><td>fingerprint, out</td><td>40</td><td>0..32 the hash; 32..36 version of the key; 36..38 zero; 38..40
 *     status</td></tr>
 * <tr><td>sealed record, out</td><td>88</td><td>0..84 the record; 84..86 zero; 86..88 status</td></tr>
 * <tr><td>record ids, in, packed</td><td></td><td>for each card one byte of length, 1 to 255, then that many
 *     bytes</td></tr>
 * </table>
 *
 * <p>Status 0 is done; anything else is the number of a {@link Status}, and all other bytes of that record are zero. A bad
 * record costs no other anything.
 */
public final class Batch {
    /** Bytes of a card number that goes in. */
    public static final int PAN_BYTES = 20;
    /** Bytes of a token that comes out. */
    public static final int TOKEN_BYTES = 24;
    /** Bytes of a mask that comes out. */
    public static final int MASK_BYTES = 24;
    /** Bytes of a fingerprint that comes out. */
    public static final int FINGERPRINT_BYTES = 40;
    /** Bytes of a sealed card number that comes out. */
    public static final int SEALED_BYTES = 88;

    private Batch() {}

    /**
     * Adds the record of a card number at the buffer's position. Whether it is one is found by the batch: a text of the
     * wrong length, or with something else than digits, becomes a record that is refused.
     *
     * @param in the batch
     * @param pan ASCII digits; yours to wipe
     */
    public static void putPan(ByteBuffer in, byte[] pan) {
        int digits = Math.min(pan.length, Digits.MAX);
        in.put(pan, 0, digits);
        for (int i = digits; i < Digits.MAX; i++) {
            in.put((byte) 0);
        }
        in.put((byte) Math.min(pan.length, 0xff));
    }

    /**
     * Adds a record id at the buffer's position.
     *
     * @param recordIds the packed record ids
     * @param recordId 1 to 255 characters of printable ASCII
     * @throws CardDataException {@link Status#ID_FORMAT} for other lengths and characters
     */
    public static void putRecordId(ByteBuffer recordIds, String recordId) {
        int length = recordId.length();
        if (length == 0 || length > 0xff) {
            throw new CardDataException(Status.ID_FORMAT);
        }
        recordIds.put((byte) length);
        for (int i = 0; i < length; i++) {
            char character = recordId.charAt(i);
            recordIds.put(character > 0x7e ? (byte) 0 : (byte) character);
        }
    }

    /**
     * The status of one output record.
     *
     * @param out the output, whose first record begins at index 0
     * @param record which record, from 0
     * @param bytes how long one is, such as {@link #TOKEN_BYTES}
     * @return its status
     */
    public static Status status(ByteBuffer out, int record, int bytes) {
        int end = (record + 1) * bytes;
        return Status.of((out.get(end - 2) & 0xff) << 8 | out.get(end - 1) & 0xff);
    }

    /**
     * The ASCII of one token or mask.
     *
     * @param out the output, whose first record begins at index 0
     * @param record which record, from 0
     * @return the text; empty if the record was refused
     */
    public static String text(ByteBuffer out, int record) {
        int start = record * TOKEN_BYTES;
        byte[] text = new byte[out.get(start + Digits.MAX)];
        for (int i = 0; i < text.length; i++) {
            text[i] = out.get(start + i);
        }
        return Digits.text(text);
    }
}
