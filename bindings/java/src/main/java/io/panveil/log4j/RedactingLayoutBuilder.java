package io.panveil.log4j;

import io.panveil.Hit;
import io.panveil.Redactor;
import java.io.Serializable;
import java.util.Locale;
import org.apache.logging.log4j.core.Layout;
import org.apache.logging.log4j.core.StringLayout;
import org.apache.logging.log4j.core.config.plugins.PluginBuilderAttribute;
import org.apache.logging.log4j.core.config.plugins.PluginElement;
import org.apache.logging.log4j.core.util.Builder;
import org.apache.logging.log4j.status.StatusLogger;

/** What a configuration file says of a {@link RedactingLayout}. */
public final class RedactingLayoutBuilder implements Builder<RedactingLayout> {
    @PluginElement("Layout")
    private Layout<? extends Serializable> layout;

    @PluginBuilderAttribute
    private String replacement = "mask";

    @PluginBuilderAttribute
    private String confidence = "medium";

    @PluginBuilderAttribute
    private String base64 = "false";

    @PluginBuilderAttribute
    private String keepLength = "false";

    RedactingLayoutBuilder() {}

    /**
     * Sets the layout whose text is redacted.
     *
     * @param layout a {@link StringLayout}
     * @return this
     */
    public RedactingLayoutBuilder setLayout(Layout<? extends Serializable> layout) {
        this.layout = layout;
        return this;
    }

    /**
     * Sets what takes the place of card numbers.
     *
     * @param replacement as {@link Redactor#of} takes it; {@code mask} without it
     * @return this
     */
    public RedactingLayoutBuilder setReplacement(String replacement) {
        this.replacement = replacement;
        return this;
    }

    /**
     * Sets the least confidence of what is taken out.
     *
     * @param confidence {@code low}, {@code medium} or {@code high}; {@code medium} without it
     * @return this
     */
    public RedactingLayoutBuilder setConfidence(String confidence) {
        this.confidence = confidence;
        return this;
    }

    /**
     * Looks into base64 too, or does not.
     *
     * @param base64 {@code true} or {@code false}; {@code false} without it
     * @return this
     */
    public RedactingLayoutBuilder setBase64(String base64) {
        this.base64 = base64;
        return this;
    }

    /**
     * Keeps the length of what is replaced, or does not.
     *
     * @param keepLength {@code true} or {@code false}; {@code false} without it
     * @return this
     */
    public RedactingLayoutBuilder setKeepLength(String keepLength) {
        this.keepLength = keepLength;
        return this;
    }

    /**
     * The layout. If something is wrong, the status log says what, and the layout refuses every event: without a layout, Log4j
     * would write with one of its own.
     *
     * @return a layout
     */
    @Override
    public RedactingLayout build() {
        if (!(layout instanceof StringLayout)) {
            return refusing("a layout that makes text is needed within it", null);
        }
        try {
            Redactor.Builder builder = Redactor.of(replacement)
                    .atLeast(Hit.Confidence.valueOf(confidence.toUpperCase(Locale.ROOT)));
            if (flag(base64)) {
                builder.withBase64();
            }
            if (flag(keepLength)) {
                builder.keepLength();
            }
            return RedactingLayout.of((StringLayout) layout, builder.build());
        } catch (RuntimeException | LinkageError refused) {
            return refusing(refused.getMessage(), refused);
        }
    }

    /** Unlike Log4j's own conversion, for which whatever it does not know is false. */
    private static boolean flag(String text) {
        if (text.equals("true") || text.equals("false")) {
            return text.equals("true");
        }
        throw new IllegalArgumentException("neither true nor false: " + text);
    }

    private static RedactingLayout refusing(String reason, Throwable cause) {
        StatusLogger.getLogger().error("RedactingLayout: {}; nothing will be written", reason, cause);
        return new RedactingLayout(null, null);
    }
}
