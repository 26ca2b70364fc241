package io.panveil;

import java.util.Objects;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;

/**
 * Takes card data out of what {@code java.util.logging} writes: out of the finished text, with its parameters and the
 * messages and stack traces of exceptions. Set it on each handler:
 *
 * <pre>{@code
 * handler.setFormatter(new RedactingFormatter(handler.getFormatter(), redactor));
 * }</pre>
 */
public final class RedactingFormatter extends Formatter {
    private final Formatter formatter;
    private final Redactor redactor;

    /**
     * Redacts what another formatter makes.
     *
     * @param formatter makes the text; null for a {@link SimpleFormatter}
     * @param redactor what is taken out, and what takes its place
     */
    public RedactingFormatter(Formatter formatter, Redactor redactor) {
        this.formatter = formatter == null ? new SimpleFormatter() : formatter;
        this.redactor = Objects.requireNonNull(redactor, "redactor");
    }

    /**
     * The text of a record.
     *
     * @param record the record
     * @return its text without card data
     */
    @Override
    public String format(LogRecord record) {
        return redactor.redact(formatter.format(record));
    }

    /**
     * The message of a record, with its parameters.
     *
     * @param record the record
     * @return its message without card data
     */
    @Override
    public String formatMessage(LogRecord record) {
        return redactor.redact(formatter.formatMessage(record));
    }

    /**
     * What stands before the first record.
     *
     * @param handler the handler
     * @return what the other formatter says
     */
    @Override
    public String getHead(Handler handler) {
        return formatter.getHead(handler);
    }

    /**
     * What stands behind the last record.
     *
     * @param handler the handler
     * @return what the other formatter says
     */
    @Override
    public String getTail(Handler handler) {
        return formatter.getTail(handler);
    }
}
