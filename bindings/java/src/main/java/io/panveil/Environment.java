package io.panveil;

/** Where a vault may be used. Keys of one environment are refused in the other (PCI DSS 6.5.5). */
public enum Environment {
    /** For development and tests: configuration changes are applied on opening, and a test issuer is built in. */
    DEV,
    /** For live cards: configuration changes need two people, and identities come from your identity provider. */
    PRODUCTION
}
