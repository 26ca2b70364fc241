package io.panveil;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is closed refuses, what leaks is closed and told, and nothing stays behind. */
class LifecycleTest {
    private static final byte[] PAN = Lab.ascii("4111111111111111");
    private static final int GC_ROUNDS = 200;

    @Test
    void afterTheVaultIsClosedEverythingRefusesFromEveryThread() {
        try (Lab lab = Lab.fresh()) {
            long before = Native.openObjects();
            Vault vault = lab.open();
            Tokenizer tokenizer = vault.tokenizer("checkout");
            Sealer pans = vault.sealer("checkout", "pan");
            Sealer names = vault.sealer("checkout", "name");
            Fingerprinter fingerprinter = vault.fingerprinter("checkout");
            Gate gate = vault.gate();
            Session alice = Lab.alice(vault);
            Revealed pan = gate.reveal(alice, Lab.ask(tokenizer.tokenize(PAN, Layout.AUTO).handle()));
            assertEquals("Vault(open)", vault.toString());
            vault.close();
            vault.close();
            assertEquals("Vault(closed)", vault.toString());
            List<Runnable> calls = Arrays.asList(
                    () -> vault.tokenizer("checkout"),
                    () -> vault.sealer("checkout", "pan"),
                    () -> vault.fingerprinter("checkout"),
                    vault::gate,
                    vault::environment,
                    vault::warnings,
                    vault::logHasFailed,
                    vault::reopenLog,
                    () -> vault.testIdentity("alice", Arrays.asList("chargeback"), true),
                    () -> tokenizer.tokenize(PAN, Layout.AUTO),
                    () -> tokenizer.tokenizeAll(ByteBuffer.allocate(20), ByteBuffer.allocate(24)),
                    () -> pans.sealPan(PAN, "C1"),
                    () -> pans.sealAll(ByteBuffer.allocate(20), ByteBuffer.allocate(2), ByteBuffer.allocate(88)),
                    () -> names.seal(PAN, "C1"),
                    () -> fingerprinter.fingerprint(PAN),
                    () -> fingerprinter.fingerprintAll(ByteBuffer.allocate(20), ByteBuffer.allocate(40)),
                    () -> gate.session("x", Lab.ORIGIN),
                    () -> gate.reveal(alice, Lab.ask("x")),
                    alice::endsAtMillis,
                    pan::length,
                    () -> pan.copyTo(new byte[16]));
            for (Runnable call : calls) {
                assertThrows(IllegalStateException.class, call::run);
                CompletableFuture<Throwable> elsewhere = new CompletableFuture<>();
                new Thread(() -> {
                    try {
                        call.run();
                        elsewhere.complete(null);
                    } catch (Throwable thrown) {
                        elsewhere.complete(thrown);
                    }
                }).start();
                assertEquals(IllegalStateException.class, elsewhere.join().getClass());
            }
            // Closing the parts after the vault is no mistake.
            for (AutoCloseable part : Arrays.asList(tokenizer, pans, names, fingerprinter, alice, pan)) {
                closeQuietly(part);
            }
            assertEquals(before, Native.openObjects(), "nothing is left in native memory");
        }
    }

    private static void closeQuietly(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception refused) {
            throw new AssertionError(refused);
        }
    }

    @Test
    void aClosedPartRefusesAndTheRestWorksOn() {
        try (Lab lab = Lab.fresh(); Vault vault = lab.open()) {
            Tokenizer closed = vault.tokenizer("checkout");
            Tokenizer open = vault.tokenizer("checkout");
            closed.close();
            closed.close();
            assertThrows(IllegalStateException.class, () -> closed.tokenize(PAN, Layout.AUTO));
            assertEquals(16, open.tokenize(PAN, Layout.AUTO).value().length());
        }
    }

    @Test
    void aVaultCanBeOpenedAgainOnceItIsClosed() {
        try (Lab lab = Lab.fresh()) {
            Token first;
            try (Vault vault = lab.open()) {
                first = vault.tokenizer("checkout").tokenize(PAN, Layout.AUTO);
                assertEquals(Status.AUDIT_LOCKED, Lab.refused(() -> lab.open().close()));
            }
            try (Vault vault = lab.open()) {
                assertEquals(first, vault.tokenizer("checkout").tokenize(PAN, Layout.AUTO));
            }
        }
    }

    @Test
    void aProblemNamesItsPlaceInTheCause() throws Exception {
        try (Lab lab = Lab.empty()) {
            CardDataException none = assertThrows(CardDataException.class, lab::open);
            assertEquals(Status.NOT_A_VAULT, none.status());
            assertEquals(Status.NOT_A_VAULT.text(), none.getMessage());
            assertTrue(none.getCause().getMessage().contains(lab.vault.toString()));
            Vault.create(lab.vault, Lab.options(), Environment.DEV);
            CardDataException twice =
                    assertThrows(CardDataException.class, () -> Vault.create(lab.vault, Lab.options(), Environment.DEV));
            assertEquals(Status.VAULT_EXISTS, twice.status());
            VaultOptions wrong = VaultOptions.passphrase(Lab.ascii("not the passphrase"));
            assertEquals(Status.WRONG_KEK, Lab.refused(() -> Vault.open(lab.vault, wrong).close()));
            VaultOptions wiped = Lab.options();
            wiped.wipe();
            assertEquals(Status.WRONG_KEK, Lab.refused(() -> Vault.open(lab.vault, wiped).close()));
            lab.write("panveil.toml", new String(Files.readAllBytes(lab.vault.resolve("panveil.toml")))
                    .replace("deadline_ms", "dead_line"));
            CardDataException invalid = assertThrows(CardDataException.class, lab::open);
            assertEquals(Status.CONFIG_INVALID, invalid.status());
            assertTrue(invalid.getCause().getMessage().contains("dead_line"), invalid.getCause().getMessage());
            assertEquals(Status.KEK_TOO_WEAK, Lab.refused(() -> Vault.create(
                    lab.folder.resolve("live"), VaultOptions.passphrase(Lab.ascii("short")), Environment.PRODUCTION)));
        }
    }

    @Test
    void aProductionVaultHasNoTestIssuer() {
        try (Lab lab = Lab.empty()) {
            Vault.create(lab.vault, Lab.options(), Environment.PRODUCTION);
            try (Vault vault = lab.open()) {
                assertEquals(Environment.PRODUCTION, vault.environment());
                assertEquals(Status.ENVIRONMENT_MISMATCH, Lab.refused(
                        () -> vault.testIdentity("alice", Arrays.asList("chargeback"), true)));
            }
        }
    }

    @Test
    void whatLeaksIsClosedAndTold() throws InterruptedException {
        try (Lab lab = Lab.fresh()) {
            long before = Native.openObjects();
            BlockingQueue<String> leaks = new LinkedBlockingQueue<>();
            leak(lab, leaks);
            List<String> told = new ArrayList<>();
            for (int round = 0; round < GC_ROUNDS && told.size() < 2; round++) {
                System.gc();
                String leak = leaks.poll(50, TimeUnit.MILLISECONDS);
                if (leak != null) {
                    told.add(leak);
                }
            }
            told.sort(null);
            assertEquals(Arrays.asList("Revealed", "Vault"), told);
            assertEquals(before, Native.openObjects());
            try (Vault again = lab.open()) {
                assertFalse(again.logHasFailed(), "the audit stream was given free");
            }
        }
    }

    private static void leak(Lab lab, BlockingQueue<String> leaks) {
        Vault vault = Vault.open(lab.vault, Lab.options().onLeak(leaks::add));
        Revealed pan = vault.gate().reveal(
                Lab.alice(vault), Lab.ask(vault.tokenizer("checkout").tokenize(PAN, Layout.AUTO).handle()));
        assertEquals(16, pan.length());
    }

    @Test
    void aTokenizerKeepsItsVaultFromBeingCollected() throws InterruptedException {
        try (Lab lab = Lab.fresh()) {
            BlockingQueue<String> leaks = new LinkedBlockingQueue<>();
            Tokenizer tokenizer = Vault.open(lab.vault, Lab.options().onLeak(leaks::add)).tokenizer("checkout");
            for (int round = 0; round < 5; round++) {
                System.gc();
                assertNull(leaks.poll(20, TimeUnit.MILLISECONDS));
                assertNotNull(tokenizer.tokenize(PAN, Layout.AUTO));
            }
            tokenizer.vault().close();
        }
    }

    @Test
    void noThreadIsLeftWhenTheLastVaultIsClosed() throws InterruptedException {
        try (Lab lab = Lab.fresh()) {
            try (Vault vault = Vault.open(lab.vault, Lab.options().clock(System::currentTimeMillis))) {
                vault.tokenizer("checkout");
                assertTrue(threads().contains("panveil-reaper"), threads().toString());
            }
            for (Thread thread : all()) {
                if (thread.getName().startsWith("panveil")) {
                    thread.join(10_000);
                    assertFalse(thread.isAlive(), thread.getName());
                }
            }
        }
    }

    private static List<String> threads() {
        List<String> names = new ArrayList<>();
        for (Thread thread : all()) {
            names.add(thread.getName());
        }
        return names;
    }

    private static List<Thread> all() {
        return new ArrayList<>(Thread.getAllStackTraces().keySet());
    }
}
