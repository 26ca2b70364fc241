package io.panveil;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The callbacks of one vault, known to Rust by a number. While it is registered, the application's objects are held.
 */
final class Hooks {
    private static final ConcurrentHashMap<Long, Hooks> REGISTERED = new ConcurrentHashMap<>();
    private static final AtomicLong NUMBERS = new AtomicLong();

    private static final int DESCRIBE = 0;
    private static final int WRAP = 1;

    private final Clock clock;
    private final Kek kek;
    private final HookThreads threads = new HookThreads();
    private final Hook clockHook;
    private final Hook kekHook;
    private final List<AuditSink> sinks = new ArrayList<>();
    private final List<Hook> sinkHooks = new ArrayList<>();
    private long number;

    Hooks(Clock clock, Kek kek, Duration deadline) {
        this.clock = clock;
        this.kek = kek;
        this.clockHook = new Hook(threads, deadline);
        this.kekHook = new Hook(threads, deadline);
    }

    void add(AuditSink sink, Duration deadline) {
        sinks.add(sink);
        sinkHooks.add(new Hook(threads, deadline));
    }

    /** Makes it known to Rust. */
    long register() {
        number = NUMBERS.incrementAndGet();
        REGISTERED.put(number, this);
        return number;
    }

    /** Lets go of it; a call that comes later fails. */
    void close() {
        REGISTERED.remove(number);
        threads.close();
    }

    static long clock(long number) {
        Hooks hooks = REGISTERED.get(number);
        return hooks == null ? Native.NO_TIME : hooks.clock();
    }

    static int deliver(long number, int sink, byte[] records) {
        Hooks hooks = REGISTERED.get(number);
        return (hooks == null ? Status.CALLBACK_FAILED : hooks.deliver(sink, records)).number();
    }

    static int logFailed(long number, int sink, Status reason) {
        Hooks hooks = REGISTERED.get(number);
        return (hooks == null ? Status.CALLBACK_FAILED : hooks.logFailed(sink, reason)).number();
    }

    static byte[] kek(long number, int call, byte[] input, byte[] context) {
        Hooks hooks = REGISTERED.get(number);
        return hooks == null ? null : hooks.kek(call, input, context);
    }

    private long clock() {
        Hook.Answer<Long> answer = clockHook.call(() -> clock.millis());
        return answer.status == Status.OK ? answer.value : Native.NO_TIME;
    }

    private Status deliver(int sink, byte[] records) {
        return ask(sink, target -> target.deliver(records));
    }

    private Status logFailed(int sink, Status reason) {
        return ask(sink, target -> target.logFailed(reason));
    }

    private Status ask(int sink, SinkCall call) {
        if (sink < 0 || sink >= sinks.size()) {
            return Status.CALLBACK_FAILED;
        }
        AuditSink target = sinks.get(sink);
        return sinkHooks.get(sink).call(() -> {
            call.on(target);
            return null;
        }).status;
    }

    /** What is asked of a sink. */
    private interface SinkCall {
        void on(AuditSink sink) throws Exception;
    }

    /** Answers with bytes, or null if there are none. */
    private byte[] kek(int call, byte[] input, byte[] context) {
        Hook.Answer<byte[]> answer = kekHook.call(() -> {
            try {
                if (call == DESCRIBE) {
                    return new Fields().text(kek.provider(), "provider").text(kek.id(), "id").toBytes();
                }
                KekContext bound = new KekContext(context);
                byte[] given = call == WRAP ? kek.wrap(input, bound) : kek.unwrap(input, bound);
                byte[] own = given.clone();
                if (call != WRAP) {
                    Arrays.fill(given, (byte) 0);
                }
                return own;
            } finally {
                Arrays.fill(input, (byte) 0);
            }
        });
        return answer.status == Status.OK ? answer.value : null;
    }
}
