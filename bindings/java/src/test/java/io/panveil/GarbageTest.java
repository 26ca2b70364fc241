package io.panveil;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Paths;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The library under a garbage collector at work, and how much work it makes for it. */
class GarbageTest {
    private static final byte[] PAN = Lab.ascii("4111111111111111");

    @Test
    void nothingIsClosedUnderACallWhileGarbageIsCollected() {
        try (Lab lab = Lab.wide()) {
            Jvm.Ended ended = new Jvm("-Xmx24m", "-XX:+UseSerialGC", "-Xlog:gc:file=" + lab.folder.resolve("gc.log"))
                    .runClass("io.panveil.GarbageTest$Pressure", lab.vault.toString());
            assertEquals("pressed\n", ended.output);
            assertEquals(0, ended.code);
            long collections = lab.lines("gc.log").stream().filter(line -> line.contains("Pause")).count();
            assertTrue(collections > 200, "the heap was small enough: " + collections);
        }
    }

    /** Uses objects that nothing holds but the call itself, in a heap that is always full. */
    static final class Pressure {
        private static final int ROUNDS = 3_000;

        private Pressure() {}

        public static void main(String[] arguments) throws Exception {
            AtomicBoolean done = new AtomicBoolean();
            Thread litter = new Thread(() -> {
                byte[][] kept = new byte[64][];
                for (int i = 0; !done.get(); i++) {
                    kept[i % kept.length] = new byte[64 << 10];
                }
            });
            litter.start();
            VaultOptions options = Lab.options().onLeak(what -> {});
            try (Vault vault = Vault.open(Paths.get(arguments[0]), options)) {
                Session alice = Lab.alice(vault);
                Token token = vault.tokenizer("checkout").tokenize(PAN, Layout.AUTO);
                for (int round = 0; round < ROUNDS; round++) {
                    assertEquals(token, vault.tokenizer("checkout").tokenize(PAN, Layout.AUTO));
                    assertEquals(84, vault.sealer("checkout", "pan").sealPan(PAN, "C1").toBytes().length);
                    assertEquals(32, vault.fingerprinter("checkout").fingerprint(PAN).toBytes().length);
                    if (round % 20 == 0) {
                        assertEquals("4111111111111111", Lab.reveal(vault, alice, Lab.ask(token.handle())));
                        assertEquals(16, vault.gate().reveal(Lab.alice(vault), Lab.ask(token.handle())).length());
                    }
                }
            } finally {
                done.set(true);
                litter.join();
            }
            System.out.println("pressed");
        }
    }

    @Test
    void aBatchWithoutMemoryEndsInAnErrorOfTheJvmAndNothingElse() {
        try (Lab lab = Lab.wide()) {
            Jvm.Ended ended = new Jvm("-Xmx32m", "-XX:+UseSerialGC", "-Xcheck:jni")
                    .runClass("io.panveil.GarbageTest$Hunger", lab.vault.toString());
            assertTrue(ended.output.endsWith("fed\n") && ended.code == 0, ended.code + "\n" + ended.output);
            // Threads that had no memory say so; the JVM's checks of its interface must not.
            assertFalse(ended.output.contains("in native method"), ended.output);
        }
    }

    /** Calls while the heap is full to the last bytes. */
    static final class Hunger {
        private Hunger() {}

        public static void main(String[] arguments) {
            AtomicInteger delivered = new AtomicInteger();
            VaultOptions options = Lab.options()
                    .onLeak(what -> {})
                    .clock(System::currentTimeMillis)
                    .auditSink("copy", records -> delivered.incrementAndGet(), false, Duration.ofSeconds(5));
            try (Vault vault = Vault.open(Paths.get(arguments[0]), options)) {
                Tokenizer tokenizer = vault.tokenizer("checkout");
                Sealer sealer = vault.sealer("checkout", "pan");
                Session alice = Lab.alice(vault);
                RevealRequest request = Lab.ask(tokenizer.tokenize(PAN, Layout.AUTO).handle());
                ByteBuffer in = ByteBuffer.allocate(1_000 * Batch.PAN_BYTES);
                while (in.hasRemaining()) {
                    Batch.putPan(in, PAN);
                }
                ByteBuffer out = ByteBuffer.allocate(1_000 * Batch.TOKEN_BYTES);
                List<Runnable> calls = Arrays.asList(
                        () -> {
                            in.position(0);
                            out.position(0);
                            tokenizer.tokenizeAll(in, out);
                            ByteBuffer.allocate(2 << 20);
                        },
                        () -> sealer.sealPan(PAN, "C1"),
                        () -> vault.gate().reveal(alice, request).withBytes(bytes -> {}),
                        () -> vault.tokenizer("checkout").close());
                // Once with memory, so that no class is missing later.
                calls.forEach(Runnable::run);
                int starved = 0;
                for (int round = 0; round < 40; round++) {
                    for (Runnable call : calls) {
                        starved += starve(call);
                    }
                }
                assertTrue(starved > 40, "the heap was full: " + starved);
                in.position(0);
                out.position(0);
                assertEquals(1_000, tokenizer.tokenizeAll(in, out).done());
                for (int i = 0; i < 1_000; i++) {
                    assertEquals(Status.OK, Batch.status(out, i, Batch.TOKEN_BYTES));
                }
            }
            System.out.println("fed");
        }

        /** Fills the heap to the last bytes and calls; 1 if there was no memory for it. */
        private static int starve(Runnable call) {
            List<byte[]> fill = new ArrayList<>(1 << 20);
            for (int size = 1 << 20; size >= 64; size /= 4) {
                try {
                    while (true) {
                        fill.add(new byte[size]);
                    }
                } catch (OutOfMemoryError full) {
                    // With smaller pieces, then.
                }
            }
            try {
                call.run();
                return fill.isEmpty() ? 1 : 0;
            } catch (OutOfMemoryError starved) {
                return 1;
            } catch (CardDataException refused) {
                // A callback that had no memory has failed.
                return 0;
            }
        }
    }

    @Test
    void aCallAllocatesItsResultAndNothingElse() {
        ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long self = Thread.currentThread().getId();
        try (Lab lab = Lab.wide(); Vault vault = lab.open()) {
            Tokenizer tokenizer = vault.tokenizer("checkout");
            Sealer sealer = vault.sealer("checkout", "pan");
            Fingerprinter fingerprinter = vault.fingerprinter("checkout");
            ByteBuffer in = ByteBuffer.allocateDirect(100 * Batch.PAN_BYTES);
            ByteBuffer out = ByteBuffer.allocateDirect(100 * Batch.TOKEN_BYTES);
            while (in.hasRemaining()) {
                Batch.putPan(in, PAN);
            }
            // In bytes: the object and, where there is one, its array; with an object header of 16 at most.
            Object[][] rows = {
                {"Token", 32, (Runnable) () -> tokenizer.tokenize(PAN, Layout.AUTO)},
                {"Masked", 32, (Runnable) () -> Masked.last4(PAN)},
                {"Fingerprint and hash", 24 + 48, (Runnable) () -> fingerprinter.fingerprint(PAN)},
                {"Sealed and record", 24 + 104, (Runnable) () -> sealer.sealPan(PAN, "C00000001")},
                {"BatchReport and two buffers' places", 24 + 2 * 40, (Runnable) () -> {
                    in.position(0);
                    out.position(0);
                    tokenizer.tokenizeAll(in, out);
                }},
            };
            for (Object[] row : rows) {
                Runnable call = (Runnable) row[2];
                long fewest = Long.MAX_VALUE;
                // The first rounds compile; what the compiler allocates is on its own threads.
                for (int round = 0; round < 20; round++) {
                    long before = memory.getThreadAllocatedBytes(self);
                    for (int i = 0; i < 1_000; i++) {
                        call.run();
                    }
                    fewest = Math.min(fewest, (memory.getThreadAllocatedBytes(self) - before) / 1_000);
                }
                assertTrue(fewest <= (int) row[1], row[0] + ": " + fewest + " bytes a call");
            }
        }
    }
}
