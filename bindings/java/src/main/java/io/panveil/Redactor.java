package io.panveil;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Takes card data out of texts: card numbers however they are written, track data, and the security codes and PINs beside
 * them. For logs and files, not for forms: a text may hold a card number, so it may be a string here.
 *
 * <pre>{@code
 * Redactor redactor = Redactor.mask().onHit(hit -> alerts.raise(hit.toString())).build();
 * redactor.redact("paid with 4111 1111 1111 1111");    // paid with ************1111
 * }</pre>
 *
 * <p>May be shared between threads. Without tokens it belongs to no vault and need not be closed; make it once and keep
 * it. With tokens it ends with the tokenizer's vault. Security codes, PINs and track data are always hidden entirely.
 */
public final class Redactor implements AutoCloseable {
    /** Room for what is longer than what it replaces; more costs a second call. */
    private static final int ROOM = 256;

    private static final byte[] NOTHING = {};

    private static final String FIXED = "fixed:";

    private final byte[] options;
    /** In which strings go through native code: UTF-8, or the UTF-16 that was chosen. */
    private final Charset charset;
    /** Null without tokens: then there is nothing in native memory, and nothing that must be closed. */
    private final Ticket ticket;
    private final VaultOwner owner;
    private final Consumer<? super Hit> onHit;
    private volatile boolean closed;

    private Redactor(Builder builder) {
        options = builder.fields();
        charset = builder.charset == null ? StandardCharsets.UTF_8 : builder.charset;
        onHit = builder.onHit;
        Tokenizer tokenizer = builder.tokenizer;
        if (tokenizer == null) {
            owner = null;
            ticket = null;
            redact(NOTHING); // refuses what the options may not be
        } else {
            owner = tokenizer.vault().owner();
            ticket = new Ticket(Kind.REDACTOR, Native.redactor(tokenizer.ticket().use(), options), owner);
            tokenizer.ticket().keep();
        }
    }

    /**
     * Masks that show the last four digits.
     *
     * @return what else can be chosen
     */
    public static Builder mask() {
        return new Builder("mask", null).number(0x04);
    }

    /**
     * Masks that show the first six and the last four digits, for logs whose readers may see them.
     *
     * @return what else can be chosen
     */
    public static Builder maskBin6Last4() {
        return new Builder("mask", null).number(0x64);
    }

    /**
     * One text in place of every card number.
     *
     * @param text in square brackets, {@code [card number]}: at most 100 bytes of UTF-8, without digits, stars, other brackets and control
     *     characters
     * @return what else can be chosen; {@link Builder#build} refuses another text as {@link Status#ARGUMENT}
     */
    public static Builder fixed(String text) {
        Builder builder = new Builder("fixed", null);
        builder.what = Objects.requireNonNull(text, "text");
        return builder;
    }

    /**
     * The token of each card number; where none can be made, a mask of the last four digits. What the tokenizer's vault
     * counts, it counts for these too.
     *
     * @param tokenizer makes the tokens; it may be closed afterwards
     * @param layout which digits stay clear
     * @return what else can be chosen
     */
    public static Builder token(Tokenizer tokenizer, Layout layout) {
        return new Builder("token", Objects.requireNonNull(tokenizer, "tokenizer")).number(layout.number());
    }

    /**
     * What takes the place of card numbers as a configuration file says it.
     *
     * @param replacement {@code mask}, {@code mask:6+4} for {@link #maskBin6Last4}, or {@code fixed:[TEXT]} for {@link #fixed}
     * @return what else can be chosen
     * @throws CardDataException {@link Status#ARGUMENT} for anything else
     */
    public static Builder of(String replacement) {
        if (replacement.equals("mask")) {
            return mask();
        }
        if (replacement.equals("mask:6+4")) {
            return maskBin6Last4();
        }
        if (replacement.startsWith(FIXED)) {
            return fixed(replacement.substring(FIXED.length()));
        }
        throw new CardDataException(Status.ARGUMENT);
    }

    /**
     * A text without card data.
     *
     * @param text UTF-8 or any other encoding that contains ASCII; or what {@link Builder#inCharset} was told
     * @return a new array; {@code text} stays as it is
     */
    public byte[] redact(byte[] text) {
        byte[] out = new byte[room(text.length)];
        long lengths = Native.check(Native.redact(use(), options, text, out));
        while (total(lengths) > out.length) {
            out = new byte[total(lengths)];
            lengths = Native.check(Native.redact(use(), options, text, out));
        }
        keep();
        tell(out, lengths);
        return Arrays.copyOf(out, (int) lengths);
    }

    /**
     * A text without card data, such as a line of a log.
     *
     * @param text any text; if something is replaced, a lone surrogate becomes the charset's replacement, in UTF-8 a question mark
     * @return the redacted text; {@code text.toString()} if there is no card data in it
     */
    public String redact(CharSequence text) {
        String whole = text.toString();
        byte[] bytes = whole.getBytes(charset);
        byte[] redacted = redact(bytes);
        return Arrays.equals(bytes, redacted) ? whole : new String(redacted, charset);
    }

    /** Ends it, when the calls that still run are done. A second call does nothing. */
    @Override
    public void close() {
        closed = true;
        if (ticket != null) {
            Native.check(ticket.close());
        }
    }

    private long use() {
        if (closed) {
            throw Ticket.closed();
        }
        return ticket == null ? 0 : ticket.use();
    }

    private void keep() {
        if (ticket != null) {
            ticket.keep();
        }
    }

    Charset charset() {
        return charset;
    }

    /** A stream for one text after the other. */
    Ticket stream() {
        Ticket stream = new Ticket(Kind.STREAM, Native.stream(use(), options), owner);
        keep();
        return stream;
    }

    /** Room for the result of so many bytes. */
    static int room(int length) {
        return length > Integer.MAX_VALUE - ROOM - length / 8 ? length : length + length / 8 + ROOM;
    }

    /** How many bytes text and hits have. */
    static int total(long lengths) {
        return Math.addExact((int) lengths, (int) (lengths >>> 32));
    }

    /** Tells the hits that stand behind the text in {@code out}. */
    void tell(byte[] out, long lengths) {
        if (lengths >>> 32 != 0) {
            for (Hit hit : Hit.all(Arrays.copyOfRange(out, (int) lengths, total(lengths)))) {
                onHit.accept(hit);
            }
        }
    }

    /** What a redactor looks for, and what it tells. */
    public static final class Builder {
        private final String replacement;
        private final Tokenizer tokenizer;
        private String what;
        private Hit.Confidence least = Hit.Confidence.MEDIUM;
        private boolean keepsLength;
        private String writings = "usual";
        /** UTF-16; null is whatever contains ASCII. */
        private Charset charset;
        private Consumer<? super Hit> onHit;

        private Builder(String replacement, Tokenizer tokenizer) {
            this.replacement = replacement;
            this.tokenizer = tokenizer;
        }

        private Builder number(int number) {
            what = Integer.toString(number);
            return this;
        }

        /**
         * Takes out what is of this confidence or above; else of medium confidence and above.
         *
         * @param least the least confidence
         * @return this
         */
        public Builder atLeast(Hit.Confidence least) {
            this.least = Objects.requireNonNull(least, "least");
            return this;
        }

        /**
         * Looks into base64 too.
         *
         * @return this
         */
        public Builder withBase64() {
            writings = "base64";
            return this;
        }

        /**
         * Looks for ASCII digits only, with any separators: the fastest, for texts that have no other digits, URL-encoding and hex dumps.
         * It takes back {@link #withBase64}, and the other way round.
         *
         * @return this
         */
        public Builder asciiOnly() {
            writings = "ascii";
            return this;
        }

        /**
         * Says how bytes are encoded; without it, in UTF-8 or whatever else contains ASCII, such as ISO-8859-1, Shift_JIS and EUC-JP. In
         * UTF-16 the offsets of hits are bytes of UTF-16, for strings too.
         *
         * @param charset UTF-16LE, UTF-16BE, or one whose ASCII characters are the bytes of ASCII
         * @return this
         * @throws CardDataException {@link Status#ARGUMENT} for another: UTF-16 without an order of bytes, UTF-32, EBCDIC, and those that
         *     change their meaning along the text, as ISO-2022-JP does; decode these, and redact the string
         */
        public Builder inCharset(Charset charset) {
            if (charset.equals(StandardCharsets.UTF_16LE) || charset.equals(StandardCharsets.UTF_16BE)) {
                this.charset = charset;
            } else if (containsAscii(charset)) {
                this.charset = null;
            } else {
                throw new CardDataException(Status.ARGUMENT);
            }
            return this;
        }

        /** Whether ASCII bytes stand for ASCII characters, and others are shown by a byte above them. */
        private static boolean containsAscii(Charset charset) {
            if (!charset.canEncode()
                    || !Arrays.equals(ASCII.getBytes(charset), ASCII.getBytes(StandardCharsets.US_ASCII))) {
                return false;
            }
            for (int at = 0; at < SAMPLES.length(); at++) {
                String sample = SAMPLES.substring(at, at + 1);
                // The first byte: the second of Shift_JIS may look like a letter, an escape sequence begins with one below.
                if (charset.newEncoder().canEncode(sample) && sample.getBytes(charset)[0] >= 0) {
                    return false;
                }
            }
            return true;
        }

        private static final String ASCII = "0123456789 \t\r\n!\"#$%&'()*+,-./:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
        private static final String SAMPLES = "\uff11\u3042\u4e2d\uac00\u0661\u00e9\u0416";

        /**
         * Keeps the length and the gaps of what is replaced, so that offsets in the text stay right.
         *
         * @return this
         */
        public Builder keepLength() {
            keepsLength = true;
            return this;
        }

        /**
         * Is told of each hit: what, where and how sure, never the value (PCI DSS 12.10.7).
         *
         * @param hook called after the text is redacted, on the thread that redacts; what it throws goes to the caller
         * @return this
         */
        public Builder onHit(Consumer<? super Hit> hook) {
            onHit = Objects.requireNonNull(hook, "hook");
            return this;
        }

        /**
         * The redactor.
         *
         * @return a redactor
         * @throws CardDataException {@link Status#ARGUMENT} for a fixed text that could make a number or a line with what
         *     stands beside it
         * @throws IllegalStateException if the tokenizer was closed
         * @throws NativeUnavailableException if the native library cannot be loaded
         */
        public Redactor build() {
            Panveil.requireAvailable();
            return new Redactor(this);
        }

        private byte[] fields() {
            return new Fields()
                    .text(replacement, "replacement")
                    .text(what, "what")
                    .text(least.name().toLowerCase(Locale.ROOT), "least")
                    .number(keepsLength ? 1 : 0)
                    .text(writings, "writings")
                    .text(charset == null ? "ascii_based" : charset.equals(StandardCharsets.UTF_16LE) ? "utf16le" : "utf16be", "charset")
                    .number(onHit == null ? 0 : 1)
                    .toBytes();
        }
    }
}
