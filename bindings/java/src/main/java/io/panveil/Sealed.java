package io.panveil;

import java.util.Arrays;
import java.util.Base64;

/** A sealed record: what stands in a table in place of a value. It may be stored and printed. */
public final class Sealed {
    private final byte[] bytes;

    Sealed(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * The record.
     *
     * @return a new array: 84 bytes for a card number, 64 more than any other value has
     */
    public byte[] toBytes() {
        return bytes.clone();
    }

    /**
     * The text form, which is also the handle that {@link Gate#reveal} takes, with the record id.
     *
     * @return base64url without padding; it begins {@code UFYB}
     */
    public String toText() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Sealed && Arrays.equals(bytes, ((Sealed) other).bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /**
     * How long it is.
     *
     * @return such as {@code Sealed(84 bytes)}
     */
    @Override
    public String toString() {
        return "Sealed(" + bytes.length + " bytes)";
    }
}
