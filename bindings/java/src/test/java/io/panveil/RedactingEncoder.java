package io.panveil;

import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;

/** The encoder of docs/java.md, to the letter. */
public final class RedactingEncoder extends PatternLayoutEncoder {
    private final Redactor redactor = Redactor.mask().build();

    @Override
    public byte[] encode(ILoggingEvent event) {
        return redactor.redact(super.encode(event));
    }
}
