package io.panveil;

/** Which digits a token keeps in the clear, written as digits kept at the start, {@code +}, digits kept at the end. */
public enum Layout {
    /** By the length of the card number: {@code 6+4} for 16 to 19 digits, {@code 0+4} below. */
    AUTO(-1, "auto", ""),
    /** {@code 0+4}: the last four digits. For 12 to 19 digits. */
    LAST4(0, "0+4", "0-4"),
    /** {@code 6+4}: a BIN of six and the last four. For 16 to 19 digits. */
    BIN6_LAST4(1, "6+4", "6-4"),
    /** {@code 8+0}: a BIN of eight. For 16 digits. */
    BIN8(2, "8+0", "8-0");

    private static final Layout[] BY_NUMBER = {LAST4, BIN6_LAST4, BIN8};

    private final int number;
    private final String text;
    private final String inFormat;

    Layout(int number, String text, String inFormat) {
        this.number = number;
        this.text = text;
        this.inFormat = inFormat;
    }

    /**
     * Reads {@code auto}, {@code 0+4}, {@code 6+4} or {@code 8+0}.
     *
     * @param text the written form
     * @return the layout
     * @throws CardDataException {@link Status#LAYOUT_REFUSED} for {@code 8+4}, which hides too little;
     *     {@link Status#LAYOUT_UNKNOWN} for anything else
     */
    public static Layout of(String text) {
        for (Layout layout : values()) {
            if (layout.text.equals(text)) {
                return layout;
            }
        }
        throw new CardDataException("8+4".equals(text) ? Status.LAYOUT_REFUSED : Status.LAYOUT_UNKNOWN);
    }

    /** The number in natives and batch records. */
    int number() {
        return number;
    }

    /** As it stands in a token format. */
    String inFormat() {
        return inFormat;
    }

    static Layout byNumber(int number) {
        return BY_NUMBER[number];
    }

    /**
     * The written form.
     *
     * @return {@code auto}, {@code 0+4}, {@code 6+4} or {@code 8+0}
     */
    @Override
    public String toString() {
        return text;
    }
}
