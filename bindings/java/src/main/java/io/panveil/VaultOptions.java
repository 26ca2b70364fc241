package io.panveil;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * How a vault is unlocked, and what the application adds to it.
 *
 * <pre>{@code
 * VaultOptions options = VaultOptions.passphrase(passphrase).application("shop");
 * try (Vault vault = Vault.open(dir, options)) { ... }
 * }</pre>
 *
 * <p>Not for use by several threads at once.
 */
public final class VaultOptions {
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private final byte[] passphrase;
    private final Kek kek;
    private final List<Sink> sinks = new ArrayList<>();
    private String application = "java";
    private Clock clock;
    private Duration callbackDeadline = DEADLINE;
    private LeakListener leakListener = new Leaks();
    private boolean stringsAllowed = true;

    private static final class Sink {
        final String name;
        final AuditSink sink;
        final boolean required;
        final Duration deadline;

        Sink(String name, AuditSink sink, boolean required, Duration deadline) {
            this.name = name;
            this.sink = sink;
            this.required = required;
            this.deadline = deadline;
        }
    }

    private VaultOptions(byte[] passphrase, Kek kek) {
        this.passphrase = passphrase;
        this.kek = kek;
    }

    /**
     * Unlocks with a passphrase, which takes 64 MiB and a moment (Argon2id).
     *
     * @param passphrase its bytes, in UTF-8 if it is text; copied, so yours to wipe
     * @return new options
     */
    public static VaultOptions passphrase(byte[] passphrase) {
        return new VaultOptions(passphrase.clone(), null);
    }

    /**
     * As {@link #passphrase(byte[])}, in UTF-8.
     *
     * @param passphrase its characters; yours to wipe
     * @return new options
     */
    public static VaultOptions passphrase(char[] passphrase) {
        ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(passphrase));
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        Arrays.fill(encoded.array(), (byte) 0);
        return new VaultOptions(bytes, null);
    }

    /**
     * Unlocks with a key-encryption key of the host.
     *
     * @param kek the provider
     * @return new options
     */
    public static VaultOptions kek(Kek kek) {
        return new VaultOptions(null, Objects.requireNonNull(kek, "kek"));
    }

    /**
     * The group of processes this one belongs to, which is also the name of the audit stream it writes. The default is
     * {@code java}.
     *
     * @param name 1 to 255 bytes of printable ASCII
     * @return these options
     */
    public VaultOptions application(String name) {
        application = Objects.requireNonNull(name, "name");
        return this;
    }

    /**
     * Another clock than the machine's.
     *
     * @param clock the clock
     * @return these options
     */
    public VaultOptions clock(Clock clock) {
        this.clock = Objects.requireNonNull(clock, "clock");
        return this;
    }

    /**
     * How long a clock or a key-encryption key may take. The default is 5 seconds.
     *
     * @param deadline more than nothing
     * @return these options
     */
    public VaultOptions callbackDeadline(Duration deadline) {
        callbackDeadline = positive(deadline);
        return this;
    }

    /**
     * Adds an audit sink.
     *
     * @param name its name in the log
     * @param sink what takes the records
     * @param required whether its failure stops all reveals
     * @param deadline how long one delivery may take
     * @return these options
     */
    public VaultOptions auditSink(String name, AuditSink sink, boolean required, Duration deadline) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(sink, "sink");
        sinks.add(new Sink(name, sink, required, positive(deadline)));
        return this;
    }

    /**
     * Who is told of vaults and revealed values that were not closed. The default is a warning in the log {@code
     * io.panveil} of {@link java.util.logging}.
     *
     * @param listener the listener; it must not hold the vault
     * @return these options
     */
    public VaultOptions onLeak(LeakListener listener) {
        leakListener = Objects.requireNonNull(listener, "listener");
        return this;
    }

    /**
     * Refuses card numbers as {@link String}, with {@link UnsupportedOperationException}: for when the migration is
     * done. The system property {@code panveil.strings=refuse} does it for all vaults.
     *
     * @return these options
     */
    public VaultOptions refuseStrings() {
        stringsAllowed = false;
        return this;
    }

    /** Wipes the passphrase. The options cannot be used after that. */
    public void wipe() {
        if (passphrase != null) {
            Arrays.fill(passphrase, (byte) 0);
        }
    }

    private static Duration positive(Duration deadline) {
        if (deadline.isNegative() || deadline.isZero()) {
            throw new CardDataException(Status.ARGUMENT);
        }
        return deadline;
    }

    byte[] passphrase() {
        return passphrase;
    }

    LeakListener leakListener() {
        return leakListener;
    }

    boolean stringsAllowed() {
        return stringsAllowed && !"refuse".equals(System.getProperty("panveil.strings"));
    }

    Hooks hooks() {
        Hooks hooks = new Hooks(clock, kek, callbackDeadline);
        for (Sink sink : sinks) {
            hooks.add(sink.sink, sink.deadline);
        }
        return hooks;
    }

    /** As {@code vault.rs} reads them. */
    byte[] toOpen(Path directory) {
        Fields fields = new Fields().text(directory.toString(), "directory").text(application, "application");
        fields.number(clock == null ? 0 : 1);
        for (Sink sink : sinks) {
            fields.text(sink.name, "name").number(sink.required ? 1 : 0).number(sink.deadline.toMillis());
        }
        return fields.toBytes();
    }
}
