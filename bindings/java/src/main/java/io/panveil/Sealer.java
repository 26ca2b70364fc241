package io.panveil;

import java.nio.ByteBuffer;

/**
 * Seals values of one field: authenticated encryption, bound to tenant, field and record. It cannot open them. May be
 * shared between threads; close it with its vault, or earlier, so that unused message numbers go back to the store.
 *
 * <p>A record id is 1 to 255 bytes of printable ASCII and holds no card number. Refusals common to all methods: {@link
 * Status#ID_FORMAT} and {@link Status#HOLDS_PAN} for the record id, {@link Status#SEAL_LIMIT} and {@link
 * Status#KEY_PERIOD} for the key, 7xx for the store, {@link Status#CALLBACK_FAILED} for the application's clock.
 */
public final class Sealer implements AutoCloseable {
    private static final int PAN_BYTES = 84;
    private static final int OVERHEAD = 64;
    private static final int MAX_VALUE = 65_536;
    private static final int MAX_RECORD = 255;

    private final Vault vault;
    private final Ticket ticket;

    Sealer(Vault vault, Ticket ticket) {
        this.vault = vault;
        this.ticket = ticket;
    }

    /**
     * Seals a card number.
     *
     * @param pan ASCII digits; yours to wipe
     * @param recordId the record it belongs to
     * @return 84 bytes, 112 characters as text
     * @throws CardDataException {@link Status#ARGUMENT} if this sealer's field is not {@code pan}; a 1xx status if it is no
     *     card number
     */
    public Sealed sealPan(byte[] pan, String recordId) {
        return sealPan(Digits.value(pan), pan.length, recordId);
    }

    /**
     * As {@link #sealPan(byte[], String)}.
     *
     * @param pan ASCII digits
     * @param recordId the record it belongs to
     * @return the sealed record
     */
    public Sealed sealPan(char[] pan, String recordId) {
        return sealPan(Digits.value(pan), pan.length, recordId);
    }

    /**
     * As {@link #sealPan(byte[], String)}, of the bytes between position and limit, which stay as they are.
     *
     * @param pan ASCII digits
     * @param recordId the record it belongs to
     * @return the sealed record
     */
    public Sealed sealPan(ByteBuffer pan, String recordId) {
        return sealPan(Digits.value(pan), pan.remaining(), recordId);
    }

    private Sealed sealPan(long pan, int length, String recordId) {
        byte[] out = new byte[PAN_BYTES];
        byte[] record = record(recordId, out);
        Native.check(Native.sealPan(ticket.use(), pan, length, record, recordId.length(), out));
        ticket.keep();
        return new Sealed(out);
    }

    /**
     * Seals any other value: a name, an expiry date.
     *
     * @param value 1 to 65,536 bytes; yours to wipe
     * @param recordId the record it belongs to
     * @return 64 bytes more than the value
     * @throws CardDataException {@link Status#ARGUMENT} if this sealer's field is {@code pan}; {@link Status#VALUE_LENGTH};
     *     {@link Status#SAD_REFUSED} for a value that is track data
     */
    public Sealed seal(byte[] value, String recordId) {
        if (value.length > MAX_VALUE) {
            throw new CardDataException(Status.VALUE_LENGTH);
        }
        byte[] out = new byte[value.length + OVERHEAD];
        byte[] record = record(recordId, out);
        Native.check(Native.seal(ticket.use(), value, record, recordId.length(), out));
        ticket.keep();
        return new Sealed(out);
    }

    /**
     * Seals many card numbers; buffers as in {@link Tokenizer#tokenizeAll(ByteBuffer, ByteBuffer, Layout)}.
     *
     * @param in records of card numbers, {@link Batch#PAN_BYTES} each, between position and limit
     * @param recordIds for each card one byte of length and then that many bytes of its record id, between position and
     *     limit
     * @param out room for as many records, {@link Batch#SEALED_BYTES} each, from its position on
     * @return how many were done and refused; each record has its own status
     * @throws CardDataException {@link Status#ARGUMENT} or {@link Status#BUFFER_TOO_SMALL} if the buffers do not fit, or
     *     this sealer's field is not {@code pan}: nothing is sealed then
     * @see Batch
     */
    public BatchReport sealAll(ByteBuffer in, ByteBuffer recordIds, ByteBuffer out) {
        BatchBuffer from = BatchBuffer.toRead(in);
        BatchBuffer ids = BatchBuffer.toRead(recordIds);
        BatchBuffer to = BatchBuffer.toWrite(out);
        int count = from.count(Batch.PAN_BYTES, to, Batch.SEALED_BYTES);
        int idsLength = recordIds.remaining();
        long done = Native.check(Native.sealAll(
                ticket.use(), count, from.array, from.direct, from.start,
                ids.array, ids.direct, ids.start, idsLength, to.array, to.direct, to.start));
        ticket.keep();
        from.advance(count * Batch.PAN_BYTES);
        ids.advance(idsLength);
        to.advance(count * Batch.SEALED_BYTES);
        return new BatchReport((int) done, count - (int) done);
    }

    /** The record id in ASCII, at the beginning of {@code room} if it fits, so that the call leaves no garbage. */
    private static byte[] record(String recordId, byte[] room) {
        int length = recordId.length();
        if (length > MAX_RECORD) {
            throw new CardDataException(Status.ID_FORMAT);
        }
        byte[] record = length <= room.length ? room : new byte[length];
        for (int i = 0; i < length; i++) {
            char character = recordId.charAt(i);
            if (character > 0x7e) {
                throw new CardDataException(Status.ID_FORMAT);
            }
            record[i] = (byte) character;
        }
        return record;
    }

    /** Ends it and wipes its key, when the calls that still run are done. A second call does nothing. */
    @Override
    public void close() {
        Native.check(ticket.close());
    }

    @Override
    public String toString() {
        return "Sealer(" + vault + ")";
    }
}
