package io.panveil;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One callback with its deadline. A call that misses it is given up and interrupted; until it returns after all, further
 * calls fail at once, so that a hung callback costs one thread and not one for each call.
 */
final class Hook {
    private final HookThreads threads;
    private final long deadlineNanos;
    private final AtomicInteger hung = new AtomicInteger();

    Hook(HookThreads threads, Duration deadline) {
        this.threads = threads;
        this.deadlineNanos = deadline.toNanos();
    }

    /** What a callback answered, or why it did not. */
    static final class Answer<T> {
        final Status status;
        final T value;

        private Answer(Status status, T value) {
            this.status = status;
            this.value = value;
        }
    }

    /** Asks the callback. Nothing is thrown, whatever it throws. */
    <T> Answer<T> call(Callable<T> callback) {
        if (hung.get() > 0) {
            return new Answer<>(Status.CALLBACK_TIMEOUT, null);
        }
        Run<T> run = new Run<>(callback);
        Future<T> answer;
        try {
            answer = threads.submit(run);
        } catch (RejectedExecutionException | OutOfMemoryError noThread) {
            return new Answer<>(Status.CALLBACK_FAILED, null);
        }
        return await(run, answer);
    }

    private <T> Answer<T> await(Run<T> run, Future<T> answer) {
        boolean interrupted = false;
        long end = System.nanoTime() + deadlineNanos;
        try {
            while (true) {
                try {
                    return new Answer<>(Status.OK, answer.get(end - System.nanoTime(), TimeUnit.NANOSECONDS));
                } catch (InterruptedException later) {
                    // The deadline bounds the waiting, not whoever interrupts the caller: a reveal is whole or refused.
                    interrupted = true;
                } catch (TimeoutException late) {
                    run.giveUp();
                    answer.cancel(true);
                    return new Answer<>(Status.CALLBACK_TIMEOUT, null);
                } catch (ExecutionException thrown) {
                    return new Answer<>(Status.CALLBACK_FAILED, null);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** One run of the callback, which tells when it ends after it was given up. */
    private final class Run<T> implements Callable<T> {
        private final Callable<T> callback;
        private boolean running;
        private boolean givenUp;

        Run(Callable<T> callback) {
            this.callback = callback;
        }

        @Override
        public T call() throws Exception {
            begin();
            try {
                return callback.call();
            } finally {
                end();
            }
        }

        private synchronized void begin() {
            if (givenUp) {
                throw new CancellationException();
            }
            running = true;
        }

        private synchronized void end() {
            running = false;
            if (givenUp) {
                hung.decrementAndGet();
            }
        }

        synchronized void giveUp() {
            givenUp = true;
            if (running) {
                hung.incrementAndGet();
            }
        }
    }
}
