package io.panveil;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Many threads on one vault, and one that closes it under them. */
class ThreadsTest {
    private static final int THREADS = 64;
    private static final int ROUNDS = 200;
    private static final byte[] PAN = Lab.ascii("4111111111111111");

    private interface Work {
        void run() throws Exception;
    }

    private static void onAll(Work work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        CountDownLatch together = new CountDownLatch(THREADS);
        List<Future<?>> futures = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            futures.add(threads.submit(() -> {
                together.countDown();
                together.await();
                work.run();
                return null;
            }));
        }
        for (Future<?> future : futures) {
            future.get(100, TimeUnit.SECONDS);
        }
        threads.shutdown();
        assertTrue(threads.awaitTermination(10, TimeUnit.SECONDS));
    }

    /** A store that so many threads keep busy for more than a second refuses, and whoever asked asks again. */
    private static <T> T whenFree(Supplier<T> call) {
        while (true) {
            try {
                return call.get();
            } catch (CardDataException refused) {
                if (refused.status() != Status.STORE_UNAVAILABLE) {
                    throw refused;
                }
            }
        }
    }

    @Test
    void sixtyFourThreadsShareOneVault() throws Exception {
        try (Lab lab = Lab.wide(); Vault vault = lab.open()) {
            Tokenizer tokenizer = vault.tokenizer("checkout");
            Sealer sealer = vault.sealer("checkout", "pan");
            Fingerprinter fingerprinter = vault.fingerprinter("checkout");
            Token token = tokenizer.tokenize(PAN, Layout.AUTO);
            Fingerprint fingerprint = fingerprinter.fingerprint(PAN);
            Session alice = Lab.alice(vault);
            AtomicInteger revealed = new AtomicInteger();
            onAll(() -> {
                for (int round = 0; round < ROUNDS; round++) {
                    assertEquals(token, tokenizer.tokenize(PAN, Layout.AUTO));
                    assertEquals(fingerprint, fingerprinter.fingerprint(PAN));
                    assertEquals(84, sealer.sealPan(PAN, "C1").toBytes().length);
                    try (Tokenizer own = vault.tokenizer("own")) {
                        assertEquals(token, own.tokenize(PAN, Layout.AUTO));
                    }
                    if (round % 50 == 0) {
                        assertEquals("4111111111111111",
                                whenFree(() -> Lab.reveal(vault, alice, Lab.ask(token.handle()))));
                        revealed.incrementAndGet();
                    }
                }
            });
            assertEquals(THREADS * ROUNDS / 50, revealed.get());
        }
    }

    @Test
    void closingUnderUseGivesResultsOrRefusalsAndNothingElse() throws Exception {
        for (int run = 0; run < 5; run++) {
            try (Lab lab = Lab.wide()) {
                Vault vault = lab.open();
                Tokenizer tokenizer = vault.tokenizer("checkout");
                Sealer sealer = vault.sealer("checkout", "pan");
                Session alice = Lab.alice(vault);
                Gate gate = vault.gate();
                RevealRequest request = Lab.ask(tokenizer.tokenize(PAN, Layout.AUTO).handle());
                AtomicBoolean closing = new AtomicBoolean();
                AtomicInteger working = new AtomicInteger();
                onAll(() -> {
                    try {
                        for (int round = 0; ; round++) {
                            assertEquals(16, tokenizer.tokenize(PAN, Layout.AUTO).value().length());
                            sealer.sealPan(PAN, "C1");
                            whenFree(() -> gate.reveal(alice, request)).close();
                            if (round == 0 && working.incrementAndGet() == THREADS) {
                                closing.set(true);
                                vault.close();
                            }
                        }
                    } catch (IllegalStateException closed) {
                        assertTrue(closing.get());
                    }
                });
                assertEquals("Vault(closed)", vault.toString());
            }
        }
    }
}
