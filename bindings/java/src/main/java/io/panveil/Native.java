package io.panveil;

import java.nio.ByteBuffer;

/**
 * The natives, and what Rust calls back. The library registers them when it is loaded, under whatever name this class
 * has then.
 *
 * <p>A native returns its result, or a {@link Status} number negated. Card numbers cross as one unsigned 64-bit number
 * and a count of digits, texts as {@link Fields}.
 */
final class Native {
    /** What the library's {@code abi()} must return. */
    static final long ABI = 3;

    /** What {@link #clock} returns when there is no time to tell. */
    static final long NO_TIME = Long.MIN_VALUE;

    private Native() {}

    static native long abi();

    static native long openObjects();

    static native long close(int kind, long ticket);

    static native long vaultCreate(byte[] options, byte[] passphrase, long hooks, int production, byte[] problem);

    static native long vaultOpen(byte[] options, byte[] passphrase, long hooks, byte[] problem);

    static native long vaultEnvironment(long vault);

    static native long vaultWarnings(long vault);

    static native long vaultLogHasFailed(long vault);

    static native long vaultReopenLog(long vault);

    static native long testIdentity(long vault, byte[] wanted);

    static native long tokenizer(long vault, byte[] caller);

    static native long tokenizerVersion(long tokenizer);

    static native long autoLayout(int length);

    static native long tokenize(long tokenizer, long pan, int length, int layout);

    static native long mask(long pan, int length, int shown);

    static native long tokenizeAll(
            long tokenizer, int layout, int count,
            byte[] inArray, ByteBuffer inBuffer, int inStart,
            byte[] outArray, ByteBuffer outBuffer, int outStart);

    static native long maskAll(
            int shown, int count,
            byte[] inArray, ByteBuffer inBuffer, int inStart,
            byte[] outArray, ByteBuffer outBuffer, int outStart);

    static native long fingerprintAll(
            long fingerprinter, int count,
            byte[] inArray, ByteBuffer inBuffer, int inStart,
            byte[] outArray, ByteBuffer outBuffer, int outStart);

    static native long sealAll(
            long sealer, int count,
            byte[] inArray, ByteBuffer inBuffer, int inStart,
            byte[] idsArray, ByteBuffer idsBuffer, int idsStart, int idsLength,
            byte[] outArray, ByteBuffer outBuffer, int outStart);

    static native long fingerprinter(long vault, byte[] caller);

    static native long fingerprint(long fingerprinter, long pan, int length, byte[] out);

    static native long sealer(long vault, byte[] names);

    static native long sealPan(long sealer, long pan, int length, byte[] record, int recordLength, byte[] out);

    static native long seal(long sealer, byte[] value, byte[] record, int recordLength, byte[] out);

    static native long gate(long vault);

    static native long session(long gate, byte[] identity);

    static native long sessionEnds(long session);

    static native long reveal(long gate, long session, byte[] request);

    static native long valueLength(long value);

    static native long valueCopy(long value, byte[] out, int at);

    static native long redactor(long tokenizer, byte[] options);

    static native long redact(long redactor, byte[] options, byte[] text, byte[] out);

    static native long stream(long redactor, byte[] options);

    static native long push(long stream, byte[] text, int start, int length, int ends, byte[] out);

    /**
     * A native's result.
     *
     * @throws CardDataException if it is a refusal
     * @throws IllegalStateException if the object was closed
     */
    static long check(long result) {
        // Refusals are -1 to -999. A token of 19 digits may be negative too, but then far below.
        if (result < 0 && result > -1000) {
            throw refusal((int) -result);
        }
        return result;
    }

    static RuntimeException refusal(int number) {
        Status status = Status.of(number);
        return status == Status.STALE_HANDLE ? Ticket.closed() : new CardDataException(status);
    }

    // What Rust calls, on any thread. Nothing is thrown into it.

    static long clock(long hooks) {
        return Hooks.clock(hooks);
    }

    static int deliver(long hooks, int sink, byte[] records) {
        return Hooks.deliver(hooks, sink, records);
    }

    static int logFailed(long hooks, int sink, int reason) {
        return Hooks.logFailed(hooks, sink, Status.of(reason));
    }

    static byte[] kek(long hooks, int call, byte[] input, byte[] context) {
        return Hooks.kek(hooks, call, input, context);
    }
}
