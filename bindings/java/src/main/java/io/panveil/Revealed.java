package io.panveil;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One revealed value, lent until it is closed. It stands in native memory, which is wiped on closing; what is copied out of
 * it is yours to wipe. After closing every call throws {@link IllegalStateException}.
 *
 * <pre>{@code
 * try (Revealed pan = gate.reveal(who, request)) {
 *     pan.withBytes(digits -> acquirer.send(digits));
 * }
 * }</pre>
 */
public final class Revealed implements AutoCloseable {
    private final Vault vault;
    private final Ticket ticket;

    Revealed(Vault vault, Ticket ticket) {
        this.vault = vault;
        this.ticket = ticket;
    }

    /**
     * How long it is.
     *
     * @return the number of bytes; of digits, for a card number
     */
    public int length() {
        long length = Native.check(Native.valueLength(ticket.use()));
        ticket.keep();
        return (int) length;
    }

    /**
     * Copies the bytes; for a card number its ASCII digits.
     *
     * @param out where to, from its beginning
     * @return how many bytes were copied
     * @throws CardDataException {@link Status#BUFFER_TOO_SMALL} if they do not fit; nothing is copied then
     */
    public int copyTo(byte[] out) {
        int length = length();
        if (length > out.length) {
            throw new CardDataException(Status.BUFFER_TOO_SMALL);
        }
        Native.check(Native.valueCopy(ticket.use(), out, 0));
        ticket.keep();
        return length;
    }

    /**
     * Lends the bytes in an array, which is wiped when the consumer returns or throws.
     *
     * @param consumer what uses them; it must not keep the array
     */
    public void withBytes(Consumer<byte[]> consumer) {
        mapBytes(bytes -> {
            consumer.accept(bytes);
            return null;
        });
    }

    /**
     * As {@link #withBytes}, with a result.
     *
     * @param function what uses the bytes; it must not keep the array
     * @param <R> what it returns
     * @return its result
     */
    public <R> R mapBytes(Function<byte[], R> function) {
        byte[] bytes = new byte[length()];
        try {
            copyTo(bytes);
            return function.apply(bytes);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /**
     * Lends the characters of a text in UTF-8, which card numbers are, in an array that is wiped when the consumer returns
     * or throws.
     *
     * @param consumer what uses them; it must not keep the array
     */
    public void withChars(Consumer<char[]> consumer) {
        withBytes(bytes -> {
            CharBuffer decoded = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(bytes));
            char[] chars = new char[decoded.remaining()];
            try {
                decoded.get(chars);
                consumer.accept(chars);
            } finally {
                Arrays.fill(chars, '\0');
                Arrays.fill(decoded.array(), '\0');
            }
        });
    }

    /** Wipes the value. A second call does nothing. */
    @Override
    public void close() {
        Native.check(ticket.close());
    }

    /**
     * Nothing of the value.
     *
     * @return a constant
     */
    @Override
    public String toString() {
        return "Revealed(..)";
    }
}
