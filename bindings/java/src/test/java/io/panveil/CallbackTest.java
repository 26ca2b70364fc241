package io.panveil;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** A callback that throws or hangs means no plaintext (AC-38). */
class CallbackTest {
    private static final byte[] PAN = Lab.ascii("4111111111111111");
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int FAULTS = 300;

    /** What a sink is to do. */
    private interface Fault {
        void strike() throws Exception;
    }

    @Test
    void ac38ARequiredSinkThatThrowsStopsEveryReveal() {
        List<Fault> faults = Arrays.asList(
                () -> {
                    throw new IOException("4111111111111111");
                },
                () -> {
                    throw new IllegalStateException();
                },
                () -> {
                    throw new StackOverflowError();
                },
                () -> {
                    throw new OutOfMemoryError();
                },
                () -> {
                    throw new LinkageError();
                },
                () -> Thread.currentThread().interrupt());
        AtomicReference<Fault> fault = new AtomicReference<>();
        AuditSink sink = records -> {
            Fault now = fault.get();
            if (now != null) {
                now.strike();
            }
        };
        try (Lab lab = Lab.wide(); Vault vault = Vault.open(lab.vault, Lab.options().auditSink("copy", sink, true, LONG))) {
            String handle = vault.tokenizer("checkout").tokenize(PAN, Layout.AUTO).handle();
            Session alice = Lab.alice(vault);
            int stopped = 0;
            for (int i = 0; i < FAULTS; i++) {
                Fault next = faults.get(i % faults.size());
                boolean harmless = i % faults.size() == faults.size() - 1;
                assertEquals("4111111111111111", Lab.reveal(vault, alice, Lab.ask(handle)));
                fault.set(next);
                Status status = Lab.refused(() -> Lab.reveal(vault, alice, Lab.ask(handle)));
                if (harmless) {
                    assertEquals(Status.OK, status, "an interrupted thread of the library is no failure");
                } else {
                    // Or by the outcome of the reveal before, which nobody waited for.
                    assertTrue(status == Status.SINK_FAILED || status == Status.AUDIT_UNAVAILABLE, status.toString());
                    fault.set(null);
                    assertTrue(vault.logHasFailed());
                    Status still = Lab.refused(() -> Lab.reveal(vault, alice, Lab.ask(handle)));
                    assertNotEquals(Status.OK, still, "until the log is opened again");
                    assertEquals(16, vault.tokenizer("checkout").tokenize(PAN, Layout.AUTO).value().length());
                    vault.reopenLog();
                    stopped++;
                }
                fault.set(null);
            }
            assertEquals(FAULTS * 5 / 6, stopped);
        }
    }

    @Test
    void ac38ARequiredSinkThatHangsStopsRevealsAtItsDeadline() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        AtomicReference<CountDownLatch> hang = new AtomicReference<>();
        AuditSink sink = records -> {
            CountDownLatch latch = hang.get();
            if (latch != null) {
                awaitWhatever(latch);
            }
        };
        try (Lab lab = Lab.wide(); Vault vault = Vault.open(lab.vault, Lab.options().auditSink("copy", sink, true, SHORT))) {
            String handle = vault.tokenizer("checkout").tokenize(PAN, Layout.AUTO).handle();
            Session alice = Lab.alice(vault);
            hang.set(release);
            long began = System.nanoTime();
            Status status = Lab.refused(() -> Lab.reveal(vault, alice, Lab.ask(handle)));
            long took = System.nanoTime() - began;
            assertTrue(status == Status.SINK_TIMEOUT || status == Status.SINK_FAILED, status.toString());
            assertTrue(took < Duration.ofSeconds(10).toNanos(), "the deadline holds");
            assertNotEquals(Status.OK, Lab.refused(() -> Lab.reveal(vault, alice, Lab.ask(handle))));
            hang.set(null);
            release.countDown();
            reopen(vault);
            assertEquals("4111111111111111", Lab.reveal(vault, alice, Lab.ask(handle)));
        }
    }

    /** Hangs as code does that ignores interruption. */
    private static void awaitWhatever(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException goOn) {
                // Ignored, as a bad callback would.
            }
        }
    }

    /** The hung call needs a moment to be over. */
    private static void reopen(Vault vault) {
        Status status = Status.UNKNOWN;
        for (int i = 0; i < 10_000 && status != Status.OK; i++) {
            status = Lab.refused(vault::reopenLog);
        }
        assertEquals(Status.OK, status);
    }

    @Test
    void aBestEffortSinkThatFailsIsAnAlertAndTheRestGoesOn() {
        AtomicInteger calls = new AtomicInteger();
        AuditSink sink = records -> {
            calls.incrementAndGet();
            throw new IOException();
        };
        try (Lab lab = Lab.wide()) {
            try (Vault vault = Vault.open(lab.vault, Lab.options().auditSink("copy", sink, false, SHORT))) {
                String handle = vault.tokenizer("checkout").tokenize(PAN, Layout.AUTO).handle();
                assertEquals("4111111111111111", Lab.reveal(vault, Lab.alice(vault), Lab.ask(handle)));
            }
            assertTrue(calls.get() > 0);
            assertTrue(lab.log().contains("\"copy\""), "the alert names the sink");
        }
    }

    @Test
    void ac38ASinkHearsOfALogThatFailed() throws Exception {
        CompletableFuture<Status> told = new CompletableFuture<>();
        AuditSink sink = new AuditSink() {
            @Override
            public void deliver(byte[] records) {}

            @Override
            public void logFailed(Status reason) {
                told.complete(reason);
            }
        };
        try (Lab lab = Lab.wide()) {
            Vault vault = Vault.open(lab.vault, Lab.options().auditSink("copy", sink, false, LONG));
            String handle = vault.tokenizer("checkout").tokenize(PAN, Layout.AUTO).handle();
            Session alice = Lab.alice(vault);
            Files.delete(lab.vault.resolve("audit/shop.jsonl"));
            assertEquals(Status.AUDIT_REPLACED, Lab.refused(() -> Lab.reveal(vault, alice, Lab.ask(handle))));
            assertEquals(Status.AUDIT_REPLACED, told.get(30, TimeUnit.SECONDS));
            assertEquals(Status.AUDIT_UNAVAILABLE, Lab.refused(vault::close), "closing says that the log has no end");
            assertEquals("Vault(closed)", vault.toString());
        }
    }

    @Test
    void aSinkGetsWholeRecords() {
        StringBuffer delivered = new StringBuffer();
        AuditSink sink = records -> delivered.append(new String(records, StandardCharsets.UTF_8));
        try (Lab lab = Lab.wide()) {
            try (Vault vault = Vault.open(lab.vault, Lab.options().auditSink("copy", sink, true, LONG))) {
                String handle = vault.tokenizer("checkout").tokenize(PAN, Layout.AUTO).handle();
                assertEquals("4111111111111111", Lab.reveal(vault, Lab.alice(vault), Lab.ask(handle)));
            }
            for (String line : delivered.toString().split("(?<=\n)")) {
                assertTrue(line.startsWith("{") && line.endsWith("}\n"), line);
                assertTrue(lab.log().contains(line), "what the sink got stands in the local log, to the byte");
            }
            assertTrue(delivered.toString().contains("CB-1042"));
            assertFalse(delivered.toString().contains("4111111111111111"));
        }
    }

    @Test
    void ac38AClockThatThrowsOrHangsStopsRevealsAndSeals() {
        AtomicReference<Runnable> fault = new AtomicReference<>(() -> {});
        CountDownLatch release = new CountDownLatch(1);
        Clock clock = () -> {
            fault.get().run();
            return System.currentTimeMillis();
        };
        VaultOptions options = Lab.options().clock(clock).callbackDeadline(SHORT);
        try (Lab lab = Lab.wide(); Vault vault = Vault.open(lab.vault, options)) {
            String handle = vault.tokenizer("checkout").tokenize(PAN, Layout.AUTO).handle();
            Sealer sealer = vault.sealer("checkout", "pan");
            Session alice = Lab.alice(vault);
            List<Runnable> faults = Arrays.asList(
                    () -> {
                        throw new IllegalStateException("4111111111111111");
                    },
                    () -> {
                        throw new StackOverflowError();
                    },
                    () -> awaitWhatever(release));
            for (Runnable next : faults) {
                fault.set(next);
                assertEquals(Status.CALLBACK_FAILED, Lab.refused(() -> Lab.reveal(vault, alice, Lab.ask(handle))));
                assertEquals(Status.CALLBACK_FAILED, Lab.refused(() -> sealer.sealPan(PAN, "C1")));
                fault.set(() -> {});
            }
            release.countDown();
            Status status = Status.UNKNOWN;
            for (int i = 0; i < 10_000 && status != Status.OK; i++) {
                status = Lab.refused(() -> Lab.reveal(vault, alice, Lab.ask(handle)));
            }
            assertEquals(Status.OK, status, "a clock that works again is used again");
            assertFalse(vault.logHasFailed(), "the log went on with the machine's own time");
        }
    }

    @Test
    void ac38AClockThatFailsInTheMiddleOfARevealStopsIt() {
        AtomicLong good = new AtomicLong(Long.MAX_VALUE);
        Clock clock = () -> {
            if (good.getAndDecrement() <= 0) {
                throw new IllegalStateException();
            }
            return System.currentTimeMillis();
        };
        try (Lab lab = Lab.wide(); Vault vault = Vault.open(lab.vault, Lab.options().clock(clock))) {
            String handle = vault.tokenizer("checkout").tokenize(PAN, Layout.AUTO).handle();
            Session alice = Lab.alice(vault);
            int refused = 0;
            for (int reads = 0; reads < 40; reads++) {
                good.set(reads);
                Status status = Lab.refused(() -> Lab.reveal(vault, alice, Lab.ask(handle)));
                boolean ranOut = good.get() < 0;
                assertTrue(status == Status.CALLBACK_FAILED || !ranOut || status == Status.OK);
                refused += status == Status.CALLBACK_FAILED ? 1 : 0;
                if (reads < 3) {
                    assertEquals(Status.CALLBACK_FAILED, status, "a reveal looks at the clock more often than that");
                }
            }
            assertTrue(refused >= 3 && refused < 40, "some of them fail, some have time enough: " + refused);
        }
    }

    /** A key-encryption key as an application would write it: AES-GCM of the JCE. */
    private static final class JceKek implements Kek {
        final SecretKeySpec key;
        final List<byte[]> seen = new ArrayList<>();
        volatile Fault fault = () -> {};

        JceKek(byte fill) {
            byte[] bytes = new byte[32];
            Arrays.fill(bytes, fill);
            key = new SecretKeySpec(bytes, "AES");
        }

        @Override
        public String provider() {
            return "jce-test";
        }

        @Override
        public String id() {
            return "00ff";
        }

        @Override
        public byte[] wrap(byte[] root, KekContext context) throws Exception {
            fault.strike();
            seen.add(root);
            byte[] nonce = new byte[12];
            new SecureRandom().nextBytes(nonce);
            byte[] body = cipher(Cipher.ENCRYPT_MODE, nonce, context).doFinal(root);
            byte[] wrapped = Arrays.copyOf(nonce, 12 + body.length);
            System.arraycopy(body, 0, wrapped, 12, body.length);
            return wrapped;
        }

        @Override
        public byte[] unwrap(byte[] wrapped, KekContext context) throws Exception {
            fault.strike();
            byte[] root = cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(wrapped, 12), context)
                    .doFinal(wrapped, 12, wrapped.length - 12);
            seen.add(root);
            return root;
        }

        private Cipher cipher(int mode, byte[] nonce, KekContext context) throws GeneralSecurityException {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, key, new GCMParameterSpec(128, nonce));
            cipher.updateAAD(context.bytes());
            return cipher;
        }
    }

    private static VaultOptions with(Kek kek) {
        return VaultOptions.kek(kek).application("shop").callbackDeadline(SHORT);
    }

    @Test
    void aVaultLivesUnderAKeyOfTheHost() {
        JceKek kek = new JceKek((byte) 1);
        try (Lab lab = Lab.empty()) {
            Vault.create(lab.vault, with(kek), Environment.DEV);
            try (Vault vault = Vault.open(lab.vault, with(kek))) {
                String handle = vault.tokenizer("checkout").tokenize(PAN, Layout.AUTO).handle();
                assertEquals("4111111111111111", Lab.reveal(vault, Lab.alice(vault), Lab.ask(handle)));
            }
            assertTrue(kek.seen.size() >= 22, "eleven roots, wrapped and unwrapped");
            for (byte[] root : kek.seen) {
                assertArrayEquals(new byte[32], root, "roots are wiped on Java's heap");
            }
            assertEquals(Status.KEK_UNAVAILABLE, Lab.refused(() -> Vault.open(lab.vault, with(new JceKek((byte) 2)))));
            assertEquals(Status.WRONG_KEK, Lab.refused(() -> Vault.open(lab.vault, Lab.options())));
        }
    }

    @Test
    void ac38AKeyOfTheHostThatThrowsOrHangsOpensNothing() {
        JceKek kek = new JceKek((byte) 1);
        CountDownLatch release = new CountDownLatch(1);
        try (Lab lab = Lab.empty()) {
            Vault.create(lab.vault, with(kek), Environment.DEV);
            List<Fault> faults = Arrays.asList(
                    () -> {
                        throw new IOException();
                    },
                    () -> {
                        throw new StackOverflowError();
                    },
                    () -> awaitWhatever(release));
            for (Fault fault : faults) {
                kek.fault = fault;
                assertEquals(Status.KEK_UNAVAILABLE, Lab.refused(() -> Vault.open(lab.vault, with(kek))));
            }
            release.countDown();
            kek.fault = () -> {};
            try (Vault vault = Vault.open(lab.vault, with(kek))) {
                assertEquals(Environment.DEV, vault.environment());
            }
        }
    }

    @Test
    void keysThatAreNotWhatTheyShouldBeOpenNothing() {
        JceKek kek = new JceKek((byte) 1);
        try (Lab lab = Lab.empty()) {
            Vault.create(lab.vault, with(kek), Environment.DEV);
            byte[][] answers = {null, new byte[0], new byte[31], new byte[33], new byte[32]};
            for (byte[] answer : answers) {
                Kek bad = new Kek() {
                    @Override
                    public String provider() {
                        return "jce-test";
                    }

                    @Override
                    public String id() {
                        return "00ff";
                    }

                    @Override
                    public byte[] wrap(byte[] root, KekContext context) {
                        return answer;
                    }

                    @Override
                    public byte[] unwrap(byte[] wrapped, KekContext context) {
                        return answer;
                    }
                };
                Status status = Lab.refused(() -> Vault.open(lab.vault, with(bad)));
                assertTrue(status == Status.KEK_UNAVAILABLE || status == Status.KEYRING_DAMAGED, status.toString());
            }
        }
    }
}
