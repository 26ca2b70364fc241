package io.panveil;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.HashSet;
import java.util.Set;

/**
 * Closes native objects that were collected without being closed: a net, not the way to close them.
 *
 * <p>Its thread is a daemon, and there is one only while objects are open. When the last is closed the thread ends, so it
 * keeps neither the JVM nor a web application's class loader.
 */
final class Reaper implements Runnable {
    private static final Object LOCK = new Object();
    private static final ReferenceQueue<Ticket> QUEUE = new ReferenceQueue<>();
    private static final Set<Guard> GUARDS = new HashSet<>();
    private static Thread thread;

    private Reaper() {}

    /** Watches a ticket until its guard is released. */
    static Guard watch(Ticket ticket, Kind kind, long number, VaultOwner owner) {
        Guard guard = new Guard(ticket, kind, number, owner);
        synchronized (LOCK) {
            GUARDS.add(guard);
            if (thread == null) {
                thread = new Thread(new Reaper(), "panveil-reaper");
                thread.setDaemon(true);
                thread.setContextClassLoader(null);
                thread.start();
            }
        }
        return guard;
    }

    /** The vault was closed, and everything of it with it: nothing of it needs watching. */
    static void releaseAll(VaultOwner owner) {
        synchronized (LOCK) {
            GUARDS.removeIf(guard -> guard.owner == owner);
            endIfIdle();
        }
    }

    private static void endIfIdle() {
        if (GUARDS.isEmpty() && thread != null) {
            thread.interrupt();
        }
    }

    /** What is left of a ticket that was collected. */
    static final class Guard extends PhantomReference<Ticket> {
        private final Kind kind;
        private final long number;
        private final VaultOwner owner;

        Guard(Ticket ticket, Kind kind, long number, VaultOwner owner) {
            super(ticket, QUEUE);
            this.kind = kind;
            this.number = number;
            this.owner = owner;
        }

        /** The ticket is being closed. */
        void release() {
            synchronized (LOCK) {
                GUARDS.remove(this);
                endIfIdle();
            }
            clear();
        }

        private void reap() {
            synchronized (LOCK) {
                if (!GUARDS.remove(this)) {
                    return;
                }
            }
            Native.close(kind.number(), number);
            if (kind == Kind.VAULT) {
                owner.close();
            }
            if (kind.mustBeClosed()) {
                owner.leaked(kind == Kind.VAULT ? "Vault" : "Revealed");
            }
        }
    }

    @Override
    public void run() {
        while (true) {
            synchronized (LOCK) {
                if (GUARDS.isEmpty()) {
                    thread = null;
                    return;
                }
            }
            try {
                ((Guard) QUEUE.remove()).reap();
            } catch (InterruptedException lastOneClosed) {
                // Look again whether it was.
            } catch (RuntimeException failed) {
                Leaks.LOG.warning("closing a collected object failed");
            }
        }
    }
}
