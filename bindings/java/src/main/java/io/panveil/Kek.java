package io.panveil;

/**
 * A key-encryption key of the host: in an HSM, in a cloud service.
 *
 * <p>It wraps the roots of the keyring when a vault is made or its keys change, and unwraps them when it is opened. It
 * must authenticate the context with the key, so that one wrapped root cannot take another one's place. It sees the
 * roots: they stand on Java's heap for the length of the call. The arrays it is given and those it returns are wiped
 * afterwards, but the garbage collector may have moved them and left copies; a passphrase or a native provider does not
 * have this weakness.
 *
 * <p>Called on a daemon thread. One that throws, or does not return within the deadline of {@link
 * VaultOptions#callbackDeadline}, is {@link Status#KEK_UNAVAILABLE}.
 */
public interface Kek {
    /**
     * Which kind of provider this is.
     *
     * @return a short name for the keyring file, such as {@code acme-hsm}
     */
    String provider();

    /**
     * A public name of the key that commits to it.
     *
     * @return for example the SHA-256 of its public part, in lower-case hexadecimal
     */
    String id();

    /**
     * Wraps a root.
     *
     * @param root 32 bytes
     * @param context what it is bound to
     * @return the wrapped root
     * @throws Exception if the key cannot be reached
     */
    byte[] wrap(byte[] root, KekContext context) throws Exception;

    /**
     * Unwraps what {@link #wrap} returned for the same context.
     *
     * @param wrapped the wrapped root
     * @param context what it is bound to
     * @return the 32 bytes of the root
     * @throws Exception if the key cannot be reached, or the bytes or the context were changed
     */
    byte[] unwrap(byte[] wrapped, KekContext context) throws Exception;
}
