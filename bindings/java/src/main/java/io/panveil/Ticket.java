package io.panveil;

import java.util.concurrent.atomic.AtomicLongFieldUpdater;

/**
 * The number of a native object, until it is closed. A number that was closed is never asked for again, and native code
 * looks every number up: an old one is refused, not followed.
 */
final class Ticket {
    private static final AtomicLongFieldUpdater<Ticket> NUMBER =
            AtomicLongFieldUpdater.newUpdater(Ticket.class, "number");

    private final Kind kind;
    private final Reaper.Guard guard;
    private volatile long number;

    /**
     * Takes over an object that native code made.
     *
     * @param number its number, or a refusal
     * @param owner what ends with it; also told if it leaks
     */
    Ticket(Kind kind, long number, VaultOwner owner) {
        this.kind = kind;
        this.number = Native.check(number);
        this.guard = Reaper.watch(this, kind, number, owner);
    }

    /** The number, for one call. After the call comes {@link #keep}. */
    long use() {
        long open = number;
        if (open == 0) {
            throw closed();
        }
        return open;
    }

    /**
     * Keeps the object from being collected, and closed, while a call with its number runs: this ticket is needed until
     * here. Java 8 has no reachability fence, and a virtual machine may not leave out a branch on a volatile field.
     */
    void keep() {
        if (number == Long.MIN_VALUE) {
            throw new AssertionError();
        }
    }

    boolean isOpen() {
        return number != 0;
    }

    /**
     * Ends the object; once.
     *
     * @return 0, or the refusal that closing returned
     */
    long close() {
        long open = NUMBER.getAndSet(this, 0);
        if (open == 0) {
            return 0;
        }
        guard.release();
        long result = Native.close(kind.number(), open);
        // The vault may have taken it along.
        return result == -Status.STALE_HANDLE.number() ? 0 : result;
    }

    static IllegalStateException closed() {
        return new IllegalStateException("closed");
    }
}
