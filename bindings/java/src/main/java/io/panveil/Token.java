package io.panveil;

/**
 * What stands for a card number in the application's tables: digits shaped like a card number that never pass its check,
 * and the format they were made in.
 *
 * <p>A card's key in the application is the two together, {@link #value} and {@link #format}, in two text columns; the
 * digits can begin with zero. {@link #handle} is what {@link Gate#reveal} takes. A token is no card data and may be
 * printed.
 */
public final class Token {
    private final long digits;
    private final byte length;
    private final byte layout;
    private final int version;

    Token(long digits, int length, int layout, int version) {
        this.digits = digits;
        this.length = (byte) length;
        this.layout = (byte) layout;
        this.version = version;
    }

    /**
     * The digits, as many as the card number has.
     *
     * @return for example {@code 4111110394821111}
     */
    public String value() {
        return Digits.text(Digits.spell(digits, length));
    }

    /**
     * How the token was made: FF1, the version of the key, and which digits are clear.
     *
     * @return for example {@code f1.6-4}
     */
    public String format() {
        return "f" + Integer.toUnsignedString(version) + "." + layout().inFormat();
    }

    /**
     * What reveal takes: format, colon, digits.
     *
     * @return for example {@code f1.6-4:4111110394821111}
     */
    public String handle() {
        return format() + ":" + value();
    }

    /**
     * Which digits of the card number are clear.
     *
     * @return the layout, never {@link Layout#AUTO}
     */
    public Layout layout() {
        return Layout.byNumber(layout);
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Token)) {
            return false;
        }
        Token token = (Token) other;
        return digits == token.digits && length == token.length && layout == token.layout && version == token.version;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(digits) * 31 + version * 7 + layout;
    }

    /**
     * The handle.
     *
     * @return as {@link #handle}
     */
    @Override
    public String toString() {
        return handle();
    }
}
