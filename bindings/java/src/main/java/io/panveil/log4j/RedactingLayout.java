package io.panveil.log4j;

import io.panveil.Redactor;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import org.apache.logging.log4j.core.Layout;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.StringLayout;
import org.apache.logging.log4j.core.appender.AppenderLoggingException;
import org.apache.logging.log4j.core.config.Node;
import org.apache.logging.log4j.core.config.plugins.Plugin;
import org.apache.logging.log4j.core.config.plugins.PluginBuilderFactory;
import org.apache.logging.log4j.core.impl.LocationAware;
import org.apache.logging.log4j.core.layout.ByteBufferDestination;

/**
 * Takes card data out of what another layout has made of an event: message, parameters, context map, stack trace, whatever
 * that layout writes.
 *
 * <pre>{@code
 * <RedactingLayout>
 *   <PatternLayout pattern="%d %-5level %logger{1} %msg %X%n"/>
 * </RedactingLayout>
 * }</pre>
 *
 * <p>Each event is redacted by itself, so nothing is kept from one to the next. If an option is wrong, or the native library
 * cannot be loaded, the status log says so, and each event ends in an {@link AppenderLoggingException}: nothing is written.
 */
@Plugin(name = "RedactingLayout", category = Node.CATEGORY, elementType = Layout.ELEMENT_TYPE, printObject = true)
public final class RedactingLayout implements StringLayout, LocationAware {
    private static final byte[] NOTHING = {};

    /** Null where there is no redactor. */
    private final StringLayout layout;
    private final Redactor redactor;

    RedactingLayout(StringLayout layout, Redactor redactor) {
        this.layout = layout;
        this.redactor = redactor;
    }

    /**
     * Redacts what another layout makes, with a redactor of the application: one that makes tokens, or tells its hits.
     *
     * @param layout any that makes text
     * @param redactor it stays open
     * @return a layout
     */
    public static RedactingLayout of(StringLayout layout, Redactor redactor) {
        return new RedactingLayout(Objects.requireNonNull(layout, "layout"), Objects.requireNonNull(redactor, "redactor"));
    }

    /**
     * For Log4j, which reads configuration files.
     *
     * @return options still to be set
     */
    @PluginBuilderFactory
    public static RedactingLayoutBuilder newBuilder() {
        return new RedactingLayoutBuilder();
    }

    /**
     * An event as text.
     *
     * @param event the event
     * @return its text without card data
     */
    @Override
    public String toSerializable(LogEvent event) {
        return redactor().redact(layout.toSerializable(event));
    }

    /**
     * An event as bytes of the charset.
     *
     * @param event the event
     * @return its text without card data
     */
    @Override
    public byte[] toByteArray(LogEvent event) {
        // By way of the text: a layout's own bytes may be compressed, or in a charset that cannot be searched.
        return toSerializable(event).getBytes(getCharset());
    }

    /**
     * Writes an event.
     *
     * @param event the event
     * @param destination gets its text without card data
     */
    @Override
    public void encode(LogEvent event, ByteBufferDestination destination) {
        byte[] bytes = toByteArray(event);
        destination.writeBytes(bytes, 0, bytes.length);
    }

    private byte[] redacted(byte[] bytes) {
        return bytes == null ? null : redactor.redact(new String(bytes, getCharset())).getBytes(getCharset());
    }

    private Redactor redactor() {
        if (redactor == null) {
            throw new AppenderLoggingException("not written, because events cannot be redacted");
        }
        return redactor;
    }

    /**
     * What stands before the first event.
     *
     * @return as the other layout says, without card data
     */
    @Override
    public byte[] getHeader() {
        return redactor == null ? NOTHING : redacted(layout.getHeader());
    }

    /**
     * What stands behind the last event.
     *
     * @return as the other layout says, without card data
     */
    @Override
    public byte[] getFooter() {
        return redactor == null ? NOTHING : redacted(layout.getFooter());
    }

    /**
     * The charset of the bytes.
     *
     * @return that of the other layout
     */
    @Override
    public Charset getCharset() {
        return redactor == null ? StandardCharsets.UTF_8 : layout.getCharset();
    }

    /**
     * The media type of the text.
     *
     * @return that of the other layout
     */
    @Override
    public String getContentType() {
        return redactor == null ? "text/plain" : layout.getContentType();
    }

    /**
     * What the text is made of.
     *
     * @return as the other layout says
     */
    @Override
    public Map<String, String> getContentFormat() {
        return redactor == null ? Collections.emptyMap() : layout.getContentFormat();
    }

    /**
     * Whether an event must know the line that it comes from.
     *
     * @return as the other layout says
     */
    @Override
    public boolean requiresLocation() {
        return layout instanceof LocationAware && ((LocationAware) layout).requiresLocation();
    }

    /**
     * For the status log.
     *
     * @return the name of the other layout
     */
    @Override
    public String toString() {
        return "RedactingLayout(" + layout + ")";
    }
}
