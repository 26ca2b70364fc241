package io.panveil;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The digits of a card number or token as one unsigned 64-bit number: 19 nines are less than 2^64. So a card number
 * reaches native code without another copy on Java's heap.
 *
 * <p>A byte or character that is no ASCII digit is {@link Status#PAN_DIGIT}, more than 19 digits {@link
 * Status#PAN_LENGTH}; everything else about a card number is judged by the library.
 */
final class Digits {
    /** The most digits a card number has. */
    static final int MAX = 19;

    private Digits() {}

    static long value(byte[] pan) {
        long value = 0;
        for (byte digit : pan) {
            value = value * 10 + digit(digit);
        }
        return within(value, pan.length);
    }

    static long value(char[] pan) {
        long value = 0;
        for (char digit : pan) {
            value = value * 10 + digit(digit);
        }
        return within(value, pan.length);
    }

    static long value(String pan) {
        long value = 0;
        for (int i = 0; i < pan.length(); i++) {
            value = value * 10 + digit(pan.charAt(i));
        }
        return within(value, pan.length());
    }

    /** Of the bytes between position and limit, which stay as they are. */
    static long value(ByteBuffer pan) {
        long value = 0;
        for (int i = pan.position(); i < pan.limit(); i++) {
            value = value * 10 + digit(pan.get(i));
        }
        return within(value, pan.remaining());
    }

    private static int digit(int character) {
        int digit = character - '0';
        if (digit < 0 || digit > 9) {
            throw new CardDataException(Status.PAN_DIGIT);
        }
        return digit;
    }

    private static long within(long value, int length) {
        if (length > MAX) {
            throw new CardDataException(Status.PAN_LENGTH);
        }
        return value;
    }

    /** The digits with leading zeros. */
    static byte[] spell(long value, int length) {
        byte[] digits = new byte[length];
        long rest = value;
        int place = length - 1;
        if (rest < 0) {
            // From 2^63 on: one unsigned step, and what is left is positive.
            long tens = (rest >>> 1) / 5;
            digits[place--] = (byte) ('0' + (rest - tens * 10));
            rest = tens;
        }
        for (; place >= 0; place--) {
            long tens = rest / 10;
            digits[place] = (byte) ('0' + (rest - tens * 10));
            rest = tens;
        }
        return digits;
    }

    static String text(byte[] ascii) {
        return new String(ascii, StandardCharsets.ISO_8859_1);
    }
}
