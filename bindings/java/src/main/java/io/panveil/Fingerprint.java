package io.panveil;

import java.security.MessageDigest;
import java.util.Base64;

/**
 * A keyed hash of a whole card number, and the version of its key.
 *
 * <p>It never goes into a table beside a mask, a truncation or a token (PCI DSS 3.5.1, FAQ 1308); its text is therefore a
 * constant, and {@link #toText} is a decision.
 */
public final class Fingerprint {
    static final int BYTES = 32;

    private final byte[] hash;
    private final int version;

    Fingerprint(byte[] hash, int version) {
        this.hash = hash;
        this.version = version;
    }

    /**
     * The hash.
     *
     * @return a new array of 32 bytes
     */
    public byte[] toBytes() {
        return hash.clone();
    }

    /**
     * The hash as text.
     *
     * @return 43 characters of base64url without padding
     */
    public String toText() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    }

    /**
     * The version of the fingerprint key. Fingerprints of different versions never match.
     *
     * @return from 1; unsigned
     */
    public int version() {
        return version;
    }

    /** Whether both are of one card number under one key, in constant time. */
    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Fingerprint)) {
            return false;
        }
        Fingerprint fingerprint = (Fingerprint) other;
        return version == fingerprint.version && MessageDigest.isEqual(hash, fingerprint.hash);
    }

    @Override
    public int hashCode() {
        return hash[0] & 0xff | (hash[1] & 0xff) << 8 | (hash[2] & 0xff) << 16 | hash[3] << 24;
    }

    /**
     * Nothing of the hash.
     *
     * @return a constant
     */
    @Override
    public String toString() {
        return "Fingerprint(..)";
    }
}
