package io.panveil;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Several texts in one array: each in UTF-8 behind its length in two bytes, big endian; 0xffff is an absent text. */
final class Fields {
    private static final int ABSENT = 0xffff;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** Adds a text, which must be there. */
    Fields text(String text, String name) {
        return add(Objects.requireNonNull(text, name));
    }

    /** Adds a text that may be null. */
    Fields optional(String text) {
        if (text == null) {
            length(ABSENT);
            return this;
        }
        return add(text);
    }

    Fields number(long number) {
        return add(Long.toString(number));
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }

    private Fields add(String text) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        if (encoded.length >= ABSENT) {
            throw new CardDataException(Status.ARGUMENT);
        }
        length(encoded.length);
        bytes.write(encoded, 0, encoded.length);
        return this;
    }

    private void length(int length) {
        bytes.write(length >>> 8);
        bytes.write(length);
    }

    /** One text from the buffer. */
    static String next(ByteBuffer from) {
        byte[] text = new byte[from.getShort() & 0xffff];
        from.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    /** All texts of an array that Rust made. */
    static List<String> all(byte[] bytes) {
        List<String> texts = new ArrayList<>();
        ByteBuffer from = ByteBuffer.wrap(bytes);
        while (from.hasRemaining()) {
            texts.add(next(from));
        }
        return texts;
    }

    /** Copies the value of a ticket, ends it, and wipes nothing: for texts that are no secrets. */
    static byte[] take(long value) {
        try {
            byte[] bytes = new byte[(int) Native.check(Native.valueLength(value))];
            Native.check(Native.valueCopy(value, bytes, 0));
            return bytes;
        } finally {
            Native.close(Kind.VALUE.number(), value);
        }
    }

    /** Text whose bytes are wiped. */
    static String takeText(long value) {
        byte[] bytes = take(value);
        try {
            return new String(bytes, StandardCharsets.UTF_8);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }
}
