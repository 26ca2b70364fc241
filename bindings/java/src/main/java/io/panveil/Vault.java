package io.panveil;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/**
 * An open vault: hands out what tokenizes, seals and reveals.
 *
 * <pre>{@code
 * try (Vault vault = Vault.open(dir, VaultOptions.passphrase(passphrase).application("shop"))) {
 *     Tokenizer tokenizer = vault.tokenizer("checkout");
 *     Token token = tokenizer.tokenize(pan, Layout.AUTO);
 * }
 * }</pre>
 *
 * <p>A vault and all that it hands out may be used from many threads. Open it once, when the application starts. Closing
 * ends everything that it handed out: from then on each call on those, from any thread, throws {@link
 * IllegalStateException}.
 */
public final class Vault implements AutoCloseable {
    private static final int PROBLEM_BYTES = 2048;

    private final Ticket ticket;
    private final VaultOwner owner;

    private Vault(long number, VaultOwner owner) {
        this.ticket = new Ticket(Kind.VAULT, number, owner);
        this.owner = owner;
    }

    /**
     * Makes a vault in a directory that does not exist or is empty, as the command {@code panveil init} does.
     *
     * @param directory where; of its parents the last must exist
     * @param options passphrase or key-encryption key; the rest is not used
     * @param environment for what; a production vault takes a passphrase of 12 bytes or more
     * @throws CardDataException {@link Status#VAULT_EXISTS} if something is there, {@link Status#KEK_TOO_WEAK}, or errors
     *     of the file system; the cause names the file
     */
    public static void create(Path directory, VaultOptions options, Environment environment) {
        Panveil.requireAvailable();
        byte[] fields = new Fields().text(directory.toString(), "directory").toBytes();
        int production = environment == Environment.PRODUCTION ? 1 : 0;
        byte[] problem = new byte[PROBLEM_BYTES];
        Hooks hooks = options.hooks();
        try {
            long hook = hooks.register();
            check(Native.vaultCreate(fields, options.passphrase(), hook, production, problem), problem);
        } finally {
            hooks.close();
        }
    }

    /**
     * Opens a vault directory. Everything in it is checked before anything is handed out.
     *
     * @param directory the vault's directory
     * @param options how it is unlocked, and what the application adds
     * @return the open vault
     * @throws CardDataException {@link Status#NOT_A_VAULT}, {@link Status#WRONG_KEK}, {@link Status#AUDIT_LOCKED} if
     *     another process writes the application's audit stream, and the 4xx, 6xx, 7xx and 8xx statuses of files that
     *     are damaged, older than they were, or not valid; the cause names the file
     * @throws NativeUnavailableException if the native library cannot be loaded
     */
    public static Vault open(Path directory, VaultOptions options) {
        Panveil.requireAvailable();
        byte[] problem = new byte[PROBLEM_BYTES];
        Hooks hooks = options.hooks();
        boolean open = false;
        try {
            byte[] fields = options.toOpen(directory);
            long number = Native.vaultOpen(fields, options.passphrase(), hooks.register(), problem);
            check(number, problem);
            Vault vault = new Vault(number, new VaultOwner(hooks, options));
            open = true;
            return vault;
        } finally {
            if (!open) {
                hooks.close();
            }
        }
    }

    /** As {@link Native#check}, with the place as the cause. */
    private static void check(long result, byte[] problem) {
        String place = result < 0 ? Fields.next(ByteBuffer.wrap(problem)) : "";
        if (place.isEmpty()) {
            Native.check(result);
            return;
        }
        throw new CardDataException(Status.of((int) -result), new IOException(place));
    }

    /**
     * What makes tokens for a named caller, under the current token key. It cannot turn a token back.
     *
     * @param caller who tokenizes, for the counts in the audit log
     * @return a tokenizer of this vault
     * @throws CardDataException {@link Status#KEY_STATE} or {@link Status#KEY_PERIOD} if no token key may protect
     */
    public Tokenizer tokenizer(String caller) {
        byte[] fields = new Fields().text(caller, "caller").toBytes();
        return new Tokenizer(this, ticketOf(Kind.TOKENIZER, Native.tokenizer(ticket.use(), fields)));
    }

    /**
     * What seals values of one field, under the current seal key. It cannot open them.
     *
     * @param caller who seals, for the counts in the audit log
     * @param field which field: {@code pan} for card numbers
     * @return a sealer of this vault
     * @throws CardDataException {@link Status#SAD_REFUSED} if the field's name denotes a security code, track data or a
     *     PIN; {@link Status#KEY_STATE} or {@link Status#KEY_PERIOD} if no seal key may protect
     */
    public Sealer sealer(String caller, String field) {
        byte[] fields = new Fields().text(caller, "caller").text(field, "field").toBytes();
        return new Sealer(this, ticketOf(Kind.SEALER, Native.sealer(ticket.use(), fields)));
    }

    /**
     * What makes fingerprints of card numbers, under the current fingerprint key.
     *
     * @param caller who makes them, for the counts in the audit log
     * @return a fingerprinter of this vault
     * @throws CardDataException {@link Status#KEY_STATE} or {@link Status#KEY_PERIOD} if no key may protect
     */
    public Fingerprinter fingerprinter(String caller) {
        byte[] fields = new Fields().text(caller, "caller").toBytes();
        return new Fingerprinter(this, ticketOf(Kind.FINGERPRINTER, Native.fingerprinter(ticket.use(), fields)));
    }

    /**
     * The gate: the only way from a handle to a value.
     *
     * @return the gate of this vault
     */
    public Gate gate() {
        return new Gate(this, ticketOf(Kind.GATE, Native.gate(ticket.use())));
    }

    /**
     * An identity token of the test issuer that is built into dev vaults.
     *
     * @param subject who
     * @param roles the roles
     * @param secondFactor whether with a second factor
     * @return a JWT for {@link Gate#session}, good for ten minutes
     * @throws CardDataException {@link Status#ENVIRONMENT_MISMATCH} in a production vault
     */
    public String testIdentity(String subject, Collection<String> roles, boolean secondFactor) {
        Fields wanted = new Fields().text(subject, "subject").number(secondFactor ? 1 : 0).number(0);
        for (String role : roles) {
            wanted.text(role, "role");
        }
        return Fields.takeText(Native.check(Native.testIdentity(ticket.use(), wanted.toBytes())));
    }

    /**
     * As {@link #testIdentity(String, Collection, boolean)}.
     *
     * @param subject who
     * @param roles the roles
     * @param secondFactor whether with a second factor
     * @return a JWT
     */
    public String testIdentity(String subject, String[] roles, boolean secondFactor) {
        return testIdentity(subject, Arrays.asList(roles), secondFactor);
    }

    /**
     * Where this vault may be used.
     *
     * @return its environment
     */
    public Environment environment() {
        return Native.check(Native.vaultEnvironment(ticket.use())) == 0 ? Environment.DEV : Environment.PRODUCTION;
    }

    /**
     * What a person should know about this opening: in a dev vault, configuration changes that were applied.
     *
     * @return texts, none as a rule
     */
    public List<String> warnings() {
        byte[] texts = Fields.take(Native.check(Native.vaultWarnings(ticket.use())));
        return Collections.unmodifiableList(Fields.all(texts));
    }

    /**
     * Whether the audit log has failed: then nothing is revealed until {@link #reopenLog}.
     *
     * @return whether it has
     */
    public boolean logHasFailed() {
        return Native.check(Native.vaultLogHasFailed(ticket.use())) != 0;
    }

    /**
     * Opens a failed audit log again, as a new process would.
     *
     * @throws CardDataException a 6xx status if it still cannot be written
     */
    public void reopenLog() {
        Native.check(Native.vaultReopenLog(ticket.use()));
    }

    /**
     * How many card numbers came as {@link String}: what is left of the migration.
     *
     * @return a running count since the opening
     */
    public long stringCalls() {
        return owner.stringCalls();
    }

    /**
     * Closes the vault and everything it handed out, after the calls that still run on it: tells the last counts, signs a
     * checkpoint, and ends its threads. A second call does nothing.
     *
     * @throws CardDataException a 6xx status if the end of the log could not be written; the vault is closed then too
     */
    @Override
    public void close() {
        long result = ticket.close();
        owner.close();
        Reaper.releaseAll(owner);
        Native.check(result);
    }

    /**
     * Nothing but whether it is open.
     *
     * @return {@code Vault(open)} or {@code Vault(closed)}
     */
    @Override
    public String toString() {
        return ticket.isOpen() ? "Vault(open)" : "Vault(closed)";
    }

    VaultOwner owner() {
        return owner;
    }

    /** A ticket for something this vault handed out. */
    Ticket ticketOf(Kind kind, long number) {
        ticket.keep();
        return new Ticket(kind, number, owner);
    }
}
