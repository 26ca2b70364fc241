package io.panveil;

import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The daemon threads on which a vault's callbacks run. They are made when needed and end with the vault. */
final class HookThreads {
    private static final long IDLE_SECONDS = 5;

    private final ThreadPoolExecutor executor;

    HookThreads() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        executor = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    Thread thread = new Thread(task, "panveil-hook");
                    thread.setDaemon(true);
                    // What the application looks up by its context, it finds as on the thread that opened the vault.
                    thread.setContextClassLoader(context);
                    return thread;
                });
    }

    <T> Future<T> submit(Callable<T> task) {
        return executor.submit(task);
    }

    void close() {
        executor.shutdownNow();
    }
}
