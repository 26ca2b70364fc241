package io.panveil;

import java.nio.ByteBuffer;

/** What a wrapped root is bound to. */
public final class KekContext {
    private final String vault;
    private final String environment;
    private final String purpose;
    private final String tenant;
    private final String keyId;
    private final String algorithm;
    private final String version;
    private final byte[] bytes;

    /** Reads what {@code kek.rs} wrote. */
    KekContext(byte[] described) {
        ByteBuffer from = ByteBuffer.wrap(described);
        vault = Fields.next(from);
        environment = Fields.next(from);
        purpose = Fields.next(from);
        tenant = Fields.next(from);
        keyId = Fields.next(from);
        algorithm = Fields.next(from);
        version = Fields.next(from);
        bytes = new byte[from.remaining()];
        from.get(bytes);
    }

    /**
     * All of the below as unambiguous bytes: the associated data to wrap with.
     *
     * @return a new array
     */
    public byte[] bytes() {
        return bytes.clone();
    }

    /**
     * The vault, so that keys of two vaults under one KEK cannot change places.
     *
     * @return its random name
     */
    public String vault() {
        return vault;
    }

    /**
     * Where the vault may be used.
     *
     * @return {@code dev} or {@code production}
     */
    public String environment() {
        return environment;
    }

    /**
     * What the root is for.
     *
     * @return such as {@code seal}
     */
    public String purpose() {
        return purpose;
    }

    /**
     * Whose it is.
     *
     * @return the tenant, {@code *} for roots of all
     */
    public String tenant() {
        return tenant;
    }

    /**
     * The root's id.
     *
     * @return the id
     */
    public String keyId() {
        return keyId;
    }

    /**
     * What is done with the root.
     *
     * @return such as {@code HKDF-SHA-256}
     */
    public String algorithm() {
        return algorithm;
    }

    /**
     * The version of the root.
     *
     * @return a decimal number from 1
     */
    public String version() {
        return version;
    }
}
