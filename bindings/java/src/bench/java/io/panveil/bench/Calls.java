package io.panveil.bench;

import io.panveil.Batch;
import io.panveil.Environment;
import io.panveil.Fingerprint;
import io.panveil.Fingerprinter;
import io.panveil.Layout;
import io.panveil.Masked;
import io.panveil.Sealed;
import io.panveil.Sealer;
import io.panveil.Token;
import io.panveil.Tokenizer;
import io.panveil.Vault;
import io.panveil.VaultOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.fpe.FPEFF1Engine;
import org.bouncycastle.crypto.params.FPEParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One card and a thousand, beside what Java has: Bouncy Castle's FF1 with a tweak for each card, and AES/GCM of the JCE.
 *
 * <p>Bouncy Castle only enciphers the hidden digits; panveil also checks the card number, and walks so that no token passes
 * Luhn, which takes 1.11 encryptions on average.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Calls {
    private static final int COUNT = 1_000;
    private static final int CARDS = 1 << 10;

    private Path folder;
    private Vault vault;
    private Tokenizer tokenizer;
    private Sealer sealer;
    private Fingerprinter fingerprinter;
    private final byte[][] cards = new byte[CARDS][];
    private int next;

    private final KeyParameter key = new KeyParameter(new byte[32]);
    private final FPEFF1Engine ff1 = new FPEFF1Engine();
    private final SecretKeySpec gcmKey = new SecretKeySpec(new byte[32], "AES");
    private final SecureRandom random = new SecureRandom();
    private Cipher gcm;

    private ByteBuffer heapIn;
    private ByteBuffer directIn;
    private ByteBuffer ids;
    private final ByteBuffer heapOut = ByteBuffer.allocate(COUNT * Batch.SEALED_BYTES);
    private final ByteBuffer directOut = ByteBuffer.allocateDirect(COUNT * Batch.SEALED_BYTES);

    /** Makes a vault and cards of a range that no bank issues. */
    @Setup
    public void open() throws IOException, GeneralSecurityException {
        folder = Files.createTempDirectory("panveil-bench");
        VaultOptions options = VaultOptions.passphrase("a bench in the garden".toCharArray());
        Vault.create(folder.resolve("vault"), options, Environment.DEV);
        vault = Vault.open(folder.resolve("vault"), options);
        tokenizer = vault.tokenizer("bench");
        sealer = vault.sealer("bench", "pan");
        fingerprinter = vault.fingerprinter("bench");
        gcm = Cipher.getInstance("AES/GCM/NoPadding");
        for (int i = 0; i < CARDS; i++) {
            cards[i] = card(i);
        }
        heapIn = ByteBuffer.allocate(COUNT * Batch.PAN_BYTES);
        directIn = ByteBuffer.allocateDirect(COUNT * Batch.PAN_BYTES);
        ids = ByteBuffer.allocate(COUNT * 10);
        for (int i = 0; i < COUNT; i++) {
            Batch.putPan(heapIn, cards[i]);
            Batch.putPan(directIn, cards[i]);
            Batch.putRecordId(ids, "C00000001");
        }
    }

    @TearDown
    public void close() throws IOException {
        vault.close();
        ProcessBuilder remove = new ProcessBuilder("rm", "-rf", folder.toString());
        remove.inheritIO().start();
    }

    /** 16 digits with a right check digit. */
    private static byte[] card(int number) {
        byte[] card = String.format("400000%09d0", number * 7_919L % 1_000_000_000L).getBytes(StandardCharsets.US_ASCII);
        int sum = 0;
        for (int i = 0; i < 15; i++) {
            int digit = card[i] - '0';
            int doubled = i % 2 == 0 ? digit * 2 : digit;
            sum += doubled > 9 ? doubled - 9 : doubled;
        }
        card[15] = (byte) ('0' + (10 - sum % 10) % 10);
        return card;
    }

    private byte[] nextCard() {
        next = (next + 1) % CARDS;
        return cards[next];
    }

    @Benchmark
    public Token tokenize6Plus4() {
        return tokenizer.tokenize(nextCard(), Layout.BIN6_LAST4);
    }

    @Benchmark
    public String tokenize6Plus4ToString() {
        return tokenizer.tokenize(nextCard(), Layout.BIN6_LAST4).value();
    }

    @Benchmark
    public Token tokenize0Plus4() {
        return tokenizer.tokenize(nextCard(), Layout.LAST4);
    }

    /** FF1 over the six hidden digits, the ten clear ones as the tweak. */
    @Benchmark
    public byte[] bouncyCastle6Plus4() {
        byte[] card = nextCard();
        byte[] tweak = new byte[10];
        System.arraycopy(card, 0, tweak, 0, 6);
        System.arraycopy(card, 12, tweak, 6, 4);
        return bouncyCastle(card, 6, 6, tweak);
    }

    /** FF1 over the twelve hidden digits, the last four as the tweak. */
    @Benchmark
    public byte[] bouncyCastle0Plus4() {
        byte[] card = nextCard();
        byte[] tweak = new byte[4];
        System.arraycopy(card, 12, tweak, 0, 4);
        return bouncyCastle(card, 0, 12, tweak);
    }

    private byte[] bouncyCastle(byte[] card, int start, int length, byte[] tweak) {
        byte[] digits = new byte[length];
        for (int i = 0; i < length; i++) {
            digits[i] = (byte) (card[start + i] - '0');
        }
        byte[] out = new byte[length];
        ff1.init(true, new FPEParameters(key, 10, tweak));
        ff1.processBlock(digits, 0, length, out, 0);
        return out;
    }

    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int tokenizeAllHeap() {
        return tokenizer.tokenizeAll(from(heapIn), to(heapOut), Layout.BIN6_LAST4).done();
    }

    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int tokenizeAllDirect() {
        return tokenizer.tokenizeAll(from(directIn), to(directOut), Layout.BIN6_LAST4).done();
    }

    private static ByteBuffer from(ByteBuffer buffer) {
        buffer.position(0);
        return buffer;
    }

    private static ByteBuffer to(ByteBuffer buffer) {
        buffer.clear();
        return buffer;
    }

    @Benchmark
    public Masked maskLast4() {
        return Masked.last4(nextCard());
    }

    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int maskAll() {
        return Masked.last4All(from(heapIn), to(heapOut)).done();
    }

    @Benchmark
    public Fingerprint fingerprint() {
        return fingerprinter.fingerprint(nextCard());
    }

    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int fingerprintAll() {
        return fingerprinter.fingerprintAll(from(heapIn), to(heapOut)).done();
    }

    @Benchmark
    public Sealed sealPan() {
        return sealer.sealPan(nextCard(), "C00000001");
    }

    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int sealAll() {
        return sealer.sealAll(from(heapIn), from(ids), to(heapOut)).done();
    }

    /** What a Java application writes in place of it: a random nonce, a context of the same length, 20 bytes. */
    @Benchmark
    public byte[] jceAesGcm() throws GeneralSecurityException {
        byte[] nonce = new byte[12];
        random.nextBytes(nonce);
        gcm.init(Cipher.ENCRYPT_MODE, gcmKey, new GCMParameterSpec(128, nonce));
        gcm.updateAAD(CONTEXT);
        byte[] plain = new byte[20];
        System.arraycopy(nextCard(), 0, plain, 0, 16);
        byte[] sealed = new byte[12 + 36];
        System.arraycopy(nonce, 0, sealed, 0, 12);
        gcm.doFinal(plain, 0, 20, sealed, 12);
        return sealed;
    }

    private static final byte[] CONTEXT = new byte[59];
}
