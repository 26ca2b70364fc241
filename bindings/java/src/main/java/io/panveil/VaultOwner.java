package io.panveil;

import java.util.concurrent.atomic.LongAdder;

/** What belongs to an open vault on Java's side. It does not hold the vault, which may be collected. */
final class VaultOwner {
    private final Hooks hooks;
    private final LeakListener leakListener;
    private final boolean stringsAllowed;
    private final LongAdder stringCalls = new LongAdder();

    VaultOwner(Hooks hooks, VaultOptions options) {
        this.hooks = hooks;
        this.leakListener = options.leakListener();
        this.stringsAllowed = options.stringsAllowed();
    }

    /** The vault is closed: lets go of the callbacks. */
    void close() {
        hooks.close();
    }

    /** An object was collected that nobody had closed; it is closed now. */
    void leaked(String what) {
        leakListener.leaked(what);
    }

    /** A card number came as a string. */
    void countString() {
        if (!stringsAllowed) {
            throw new UnsupportedOperationException("card numbers as strings are switched off");
        }
        stringCalls.increment();
    }

    long stringCalls() {
        return stringCalls.sum();
    }
}
