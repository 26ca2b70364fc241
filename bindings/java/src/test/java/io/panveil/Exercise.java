package io.panveil;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Goes through every native once and more, with refusals and callbacks, from several threads: for runs in JVMs of their
 * own. Prints {@code exercised}.
 */
public final class Exercise {
    private static final byte[] PAN = "4111111111111111".getBytes(StandardCharsets.US_ASCII);
    private static final int THREADS = 4;
    private static final int ROUNDS = 25;

    private Exercise() {}

    /** Works in a folder of its own below the one named. */
    public static void main(String[] arguments) throws Exception {
        run(Files.createTempDirectory(Paths.get(arguments[0]), "exercise").resolve("vault"));
        System.out.println("exercised");
    }

    static void run(Path directory) throws Exception {
        AtomicLong delivered = new AtomicLong();
        VaultOptions options = VaultOptions.passphrase("correct horse battery".toCharArray())
                .application("exercise")
                .clock(System::currentTimeMillis)
                .auditSink("copy", records -> delivered.addAndGet(records.length), true, Duration.ofSeconds(20));
        Vault.create(directory, options, Environment.DEV);
        try (Vault vault = Vault.open(directory, options)) {
            require(vault.environment() == Environment.DEV && vault.warnings().isEmpty() && !vault.logHasFailed());
            Thread[] threads = new Thread[THREADS];
            Throwable[] failures = new Throwable[THREADS];
            for (int i = 0; i < THREADS; i++) {
                int number = i;
                threads[i] = new Thread(() -> {
                    try {
                        use(vault);
                    } catch (Throwable failed) {
                        failures[number] = failed;
                    }
                });
                threads[i].start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            for (Throwable failure : failures) {
                if (failure != null) {
                    throw new AssertionError("in a thread", failure);
                }
            }
            reveal(vault);
            vault.reopenLog();
        }
        require(delivered.get() > 0);
        require(Native.openObjects() == 0);
    }

    private static void use(Vault vault) {
        try (Tokenizer tokenizer = vault.tokenizer("checkout");
                Sealer pans = vault.sealer("checkout", "pan");
                Sealer names = vault.sealer("checkout", "name");
                Fingerprinter fingerprinter = vault.fingerprinter("checkout")) {
            for (int round = 0; round < ROUNDS; round++) {
                Token token = tokenizer.tokenize(PAN, Layout.AUTO);
                require(token.equals(tokenizer.tokenize(ByteBuffer.wrap(PAN), Layout.BIN6_LAST4)));
                require("************1111".equals(Masked.last4(PAN).toString()));
                require(fingerprinter.fingerprint(PAN).equals(fingerprinter.fingerprint(PAN)));
                require(pans.sealPan(PAN, "C1").toBytes().length == 84);
                require(names.seal(new byte[] {65}, "C1").toBytes().length == 65);
                refused(() -> tokenizer.tokenize(new byte[] {52}, Layout.AUTO), Status.PAN_LENGTH);
                refused(() -> names.sealPan(PAN, "C1"), Status.ARGUMENT);
                refused(() -> pans.sealPan(PAN, "4111111111111111"), Status.HOLDS_PAN);
                batch(tokenizer, pans, fingerprinter, round % 2 == 0);
                redact(tokenizer);
            }
        }
    }

    private static void redact(Tokenizer tokenizer) {
        AtomicLong hits = new AtomicLong();
        try (Redactor masks = Redactor.mask().onHit(hit -> hits.incrementAndGet()).build();
                Redactor tokens = Redactor.token(tokenizer, Layout.AUTO).build()) {
            require("n ************1111".equals(masks.redact("n 4111 1111 1111 1111")));
            require(tokenizer.tokenize(PAN, Layout.AUTO).value().equals(tokens.redact("4111111111111111")));
            ByteArrayOutputStream written = new ByteArrayOutputStream();
            try (OutputStream out = new RedactingOutputStream(written, masks)) {
                for (byte digit : PAN) {
                    out.write(digit);
                }
            }
            require("************1111".equals(written.toString()) && hits.get() == 2);
            refused(() -> Redactor.fixed("1").build(), Status.ARGUMENT);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void batch(Tokenizer tokenizer, Sealer sealer, Fingerprinter fingerprinter, boolean direct) {
        int count = 300;
        ByteBuffer in = room(direct, count * Batch.PAN_BYTES);
        ByteBuffer ids = room(!direct, count * 3);
        for (int i = 0; i < count; i++) {
            Batch.putPan(in, PAN);
            Batch.putRecordId(ids, "C1");
        }
        in.flip();
        ids.flip();
        ByteBuffer out = room(direct, count * Batch.SEALED_BYTES);
        require(sealer.sealAll(in.duplicate(), ids, out).done() == count);
        require(tokenizer.tokenizeAll(in.duplicate(), room(!direct, count * Batch.TOKEN_BYTES)).done() == count);
        require(fingerprinter.fingerprintAll(in.duplicate(), room(direct, count * 40)).done() == count);
        require(Masked.last4All(in.duplicate(), room(direct, count * Batch.MASK_BYTES)).done() == count);
    }

    private static ByteBuffer room(boolean direct, int bytes) {
        return direct ? ByteBuffer.allocateDirect(bytes) : ByteBuffer.allocate(bytes);
    }

    private static void reveal(Vault vault) {
        Gate gate = vault.gate();
        String handle = vault.tokenizer("checkout").tokenize(PAN, Layout.AUTO).handle();
        String[] roles = {"chargeback"};
        try (Session who = gate.session(vault.testIdentity("alice", roles, true), "10.0.0.5")) {
            require(who.endsAtMillis() > System.currentTimeMillis());
            try (Revealed pan = gate.reveal(who, request(handle, "CB-1"))) {
                require(pan.mapBytes(bytes -> Arrays.equals(bytes, PAN)));
                pan.withChars(chars -> require(chars.length == PAN.length));
                refused(() -> pan.copyTo(new byte[3]), Status.BUFFER_TOO_SMALL);
            }
            refused(() -> gate.reveal(who, request(handle, "none")), Status.CASE_REFUSED);
        }
        refused(() -> gate.session("no.token.at-all", "10.0.0.5"), Status.IDENTITY_REFUSED);
    }

    private static RevealRequest request(String handle, String caseReference) {
        return RevealRequest.handle(handle).purpose("chargeback").caseReference(caseReference).origin("10.0.0.5").build();
    }

    private static void refused(Runnable call, Status status) {
        try {
            call.run();
        } catch (CardDataException refused) {
            require(refused.status() == status);
            return;
        }
        throw new AssertionError("not refused: " + status);
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new AssertionError();
        }
    }
}
