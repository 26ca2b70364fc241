package io.panveil.logback;

import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.EncoderBase;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.joran.spi.DefaultClass;
import io.panveil.Hit;
import io.panveil.Redactor;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;

/**
 * Takes card data out of what another encoder has made of an event: message, parameters, context map, stack trace, whatever
 * that encoder writes.
 *
 * <pre>{@code
 * <encoder class="io.panveil.logback.RedactingEncoder">
 *   <encoder>
 *     <pattern>%d %-5level %logger{20} %msg %mdc%n</pattern>
 *   </encoder>
 * </encoder>
 * }</pre>
 *
 * <p>Each event is redacted by itself, so nothing is kept from one to the next. If an option is wrong, or the native library
 * cannot be loaded, the status list says so, and nothing is written at all.
 */
public final class RedactingEncoder extends EncoderBase<ILoggingEvent> {
    private static final byte[] NOTHING = {};

    private Encoder<ILoggingEvent> encoder;
    private String replacement = "mask";
    private String confidence = "medium";
    private String base64 = "false";
    private String keepLength = "false";
    /** What the application chose. */
    private Redactor chosen;
    private volatile Redactor redactor;

    /** With an encoder and options still to be set. */
    public RedactingEncoder() {}

    /**
     * Sets the encoder whose result is redacted.
     *
     * @param encoder any; in a configuration file a {@link PatternLayoutEncoder} if no class is named
     */
    @DefaultClass(PatternLayoutEncoder.class)
    public void setEncoder(Encoder<ILoggingEvent> encoder) {
        this.encoder = Objects.requireNonNull(encoder, "encoder");
    }

    /**
     * Sets what takes the place of card numbers.
     *
     * @param replacement as {@link Redactor#of} takes it; {@code mask} without it
     */
    public void setReplacement(String replacement) {
        this.replacement = Objects.requireNonNull(replacement, "replacement");
    }

    /**
     * Sets the least confidence of what is taken out.
     *
     * @param confidence {@code low}, {@code medium} or {@code high}; {@code medium} without it
     */
    public void setConfidence(String confidence) {
        this.confidence = Objects.requireNonNull(confidence, "confidence");
    }

    /**
     * Looks into base64 too, or does not.
     *
     * @param base64 {@code true} or {@code false}; {@code false} without it
     */
    public void setBase64(String base64) {
        this.base64 = Objects.requireNonNull(base64, "base64");
    }

    /**
     * Keeps the length of what is replaced, or does not.
     *
     * @param keepLength {@code true} or {@code false}; {@code false} without it
     */
    public void setKeepLength(String keepLength) {
        this.keepLength = Objects.requireNonNull(keepLength, "keepLength");
    }

    /**
     * Sets a redactor in place of the other options: one that makes tokens, or tells its hits.
     *
     * @param redactor made for the charset of the encoder; it stays open
     */
    public void setRedactor(Redactor redactor) {
        chosen = Objects.requireNonNull(redactor, "redactor");
    }

    /** Begins, if everything is there that it needs. */
    @Override
    public void start() {
        if (encoder == null) {
            addError("An <encoder> is needed within the redacting one: nothing will be written.");
            return;
        }
        try {
            redactor = chosen == null ? redactor() : chosen;
        } catch (RuntimeException | LinkageError refused) {
            addError("Events cannot be redacted, so nothing will be written.", refused);
            return;
        }
        if (encoder.getContext() == null) {
            encoder.setContext(context);
        }
        if (!encoder.isStarted()) {
            encoder.start();
        }
        super.start();
    }

    private Redactor redactor() {
        Redactor.Builder builder = Redactor.of(replacement)
                .atLeast(Hit.Confidence.valueOf(confidence.toUpperCase(Locale.ROOT)))
                .inCharset(charset());
        if (flag(base64)) {
            builder.withBase64();
        }
        if (flag(keepLength)) {
            builder.keepLength();
        }
        return builder.build();
    }

    /** Anything else must not count as false. */
    private static boolean flag(String text) {
        if (text.equals("true") || text.equals("false")) {
            return text.equals("true");
        }
        throw new IllegalArgumentException("neither true nor false: " + text);
    }

    private Charset charset() {
        if (encoder instanceof LayoutWrappingEncoder) {
            Charset set = ((LayoutWrappingEncoder<ILoggingEvent>) encoder).getCharset();
            return set == null ? Charset.defaultCharset() : set;
        }
        return StandardCharsets.UTF_8;
    }

    /** Ends, and the other encoder with it. */
    @Override
    public void stop() {
        super.stop();
        if (encoder != null) {
            encoder.stop();
        }
    }

    /**
     * What stands before the first event.
     *
     * @return bytes without card data
     */
    @Override
    public byte[] headerBytes() {
        return isStarted() ? redacted(encoder.headerBytes()) : NOTHING;
    }

    /**
     * An event.
     *
     * @param event the event
     * @return its bytes without card data
     */
    @Override
    public byte[] encode(ILoggingEvent event) {
        return isStarted() ? redacted(encoder.encode(event)) : NOTHING;
    }

    /**
     * What stands behind the last event.
     *
     * @return bytes without card data
     */
    @Override
    public byte[] footerBytes() {
        return isStarted() ? redacted(encoder.footerBytes()) : NOTHING;
    }

    private byte[] redacted(byte[] bytes) {
        return bytes == null || bytes.length == 0 ? NOTHING : redactor.redact(bytes);
    }
}
