package io.panveil;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One place where card data was found: what, where, and how sure. It holds no digit beyond the last four, so it may be
 * printed and sent.
 */
public final class Hit {
    private final long offset;
    private final long length;
    private final Kind kind;
    private final Brand brand;
    private final Confidence confidence;
    private final Reason reason;
    private final Writing writing;
    private final String masked;

    private Hit(List<String> fields) {
        offset = Long.parseLong(fields.get(0));
        length = Long.parseLong(fields.get(1));
        kind = of(Kind.class, fields.get(2));
        brand = fields.get(3).isEmpty() ? null : of(Brand.class, fields.get(3));
        confidence = of(Confidence.class, fields.get(4));
        reason = of(Reason.class, fields.get(5));
        writing = of(Writing.class, fields.get(6));
        masked = fields.get(7).isEmpty() ? null : fields.get(7);
    }

    /** How many fields native code writes for each. */
    private static final int FIELDS = 8;

    static List<Hit> all(byte[] bytes) {
        if (bytes.length == 0) {
            return Collections.emptyList();
        }
        List<String> fields = Fields.all(bytes);
        List<Hit> hits = new ArrayList<>();
        for (int first = 0; first < fields.size(); first += FIELDS) {
            hits.add(new Hit(fields.subList(first, first + FIELDS)));
        }
        return hits;
    }

    /** The constant of a stable name, which is its own in small letters. */
    private static <E extends Enum<E>> E of(Class<E> type, String name) {
        return Enum.valueOf(type, name.toUpperCase(Locale.ROOT));
    }

    /**
     * Where it begins.
     *
     * @return bytes from the start of the text, in UTF-8 where the text is a string
     */
    public long offset() {
        return offset;
    }

    /**
     * How long it is.
     *
     * @return bytes
     */
    public long length() {
        return length;
    }

    /**
     * What it is.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }

    /**
     * Whose number it is.
     *
     * @return the brand, empty for security codes and PINs
     */
    public Optional<Brand> brand() {
        return Optional.ofNullable(brand);
    }

    /**
     * How sure that is.
     *
     * @return the confidence; constants are ordered
     */
    public Confidence confidence() {
        return confidence;
    }

    /**
     * Why it is a hit.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }

    /**
     * How it is written.
     *
     * @return the writing
     */
    public Writing writing() {
        return writing;
    }

    /**
     * The last four digits, the others as stars.
     *
     * @return the mask, empty for security codes and PINs
     */
    public Optional<String> masked() {
        return Optional.ofNullable(masked);
    }

    /**
     * All of it in one line, for logs.
     *
     * @return such as {@code PAN ************1111 VISA HIGH GROUPED SEPARATED 5+19}
     */
    @Override
    public String toString() {
        return kind + (masked == null ? "" : " " + masked + " " + brand)
                + " " + confidence + " " + reason + " " + writing + " " + offset + "+" + length;
    }

    /** What was found. */
    public enum Kind {
        /** A card number. */
        PAN,
        /** Track 1 of a magnetic stripe (ISO/IEC 7813), its card number included. */
        TRACK1,
        /** Track 2 of a magnetic stripe or its equivalent in a chip, its card number included. */
        TRACK2,
        /** A card security code, beside a card number. */
        SECURITY_CODE,
        /** A PIN or PIN block, beside a card number. */
        PIN
    }

    /** A card brand. */
    public enum Brand {
        /** Visa. */
        VISA,
        /** Mastercard, the 2-series included. */
        MASTERCARD,
        /** American Express. */
        AMEX,
        /** JCB. */
        JCB,
        /** UnionPay. */
        UNIONPAY,
        /** Diners Club International. */
        DINERS,
        /** Discover. */
        DISCOVER,
        /** Maestro. */
        MAESTRO,
        /** RuPay. */
        RUPAY,
        /** Mir. */
        MIR,
        /** Troy. */
        TROY
    }

    /** How sure a hit is. */
    public enum Confidence {
        /** Range, length and check digit fit, but something beside it speaks against: one number in thirty would fit. */
        LOW,
        /** Range, length and check digit fit, and nothing speaks against it. */
        MEDIUM,
        /** A name, the grouping or track data says so too. */
        HIGH
    }

    /** Why something is a hit, and why no surer one. */
    public enum Reason {
        /** Range, length and check digit of a brand. */
        NUMBER,
        /** Likewise, in the groups in which such numbers are written. */
        GROUPED,
        /** Likewise, beside a name that says a card number. */
        NAMED,
        /** It stands in track data. */
        TRACK,
        /** It is spread over two lines. */
        SPLIT_OVER_LINES,
        /** A name beside it says another number (an order, a trace id). */
        OTHER_NAME,
        /** Letters touch it, as in an identifier. */
        TOUCHES_LETTERS,
        /** A length that few cards of the brand have. */
        RARE_LENGTH,
        /** A name says a security code or PIN, and a card number stands near. */
        BESIDE_NUMBER,
        /** Its groups are a part of a longer chain, as in an IBAN or a tracking number. */
        LONGER_CHAIN
    }

    /** How a hit is written. */
    public enum Writing {
        /** ASCII digits without gaps. */
        PLAIN,
        /** ASCII digits with spaces, dots, dashes, slashes or underscores between groups. */
        SEPARATED,
        /** Full-width, Arabic-Indic or other digits than ASCII, in UTF-8 or an East Asian encoding. */
        OTHER_DIGITS,
        /** Digits or gaps URL-encoded ({@code %34}, {@code %20}). */
        PERCENT,
        /** The bytes of its digits as hexadecimal numbers. */
        HEX,
        /** Inside base64. */
        BASE64
    }
}
