package io.panveil;

/** Told when an object that must be closed was collected without that. The library has closed it then. */
@FunctionalInterface
public interface LeakListener {
    /**
     * An object leaked. Called on the library's own thread; what is thrown is ignored.
     *
     * @param what {@code Vault} or {@code Revealed}
     */
    void leaked(String what);
}
