package io.panveil;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Writes what is written to it without card data. A number that comes in several writes is found.
 *
 * <p>Up to 2 KiB are held back, because a number may go on in the next write. {@link #flush} writes them out after the end of
 * a line; within a line they stay until more comes or the stream is closed. For one thread at a time.
 */
public final class RedactingOutputStream extends FilterOutputStream {
    private static final byte[] NOTHING = {};

    private final Redactor redactor;
    private final Ticket stream;
    private byte[] result = new byte[Redactor.room(8192)];
    private boolean lineEnded = true;
    /** The last byte, and how many have come, for the ends of lines in UTF-16. */
    private byte last;
    private long count;

    /**
     * Writes to another stream.
     *
     * @param out gets the redacted text; it is closed with this stream
     * @param redactor what is taken out, and what takes its place; it stays open
     */
    public RedactingOutputStream(OutputStream out, Redactor redactor) {
        super(Objects.requireNonNull(out, "out"));
        this.redactor = redactor;
        this.stream = redactor.stream();
    }

    /**
     * Takes one byte.
     *
     * @param b the byte
     * @throws IOException from the stream behind
     */
    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    /**
     * Takes all of the bytes. If the stream behind fails, a part of the text may be lost.
     *
     * @param bytes holds the text
     * @param start where it begins
     * @param length how many bytes it has
     * @throws IOException from the stream behind
     */
    @Override
    public void write(byte[] bytes, int start, int length) throws IOException {
        if (start < 0 || length < 0 || start > bytes.length - length) {
            throw new IndexOutOfBoundsException();
        }
        if (length > 0) {
            lineEnded = endsLine(length == 1 ? last : bytes[start + length - 2], bytes[start + length - 1], count + length);
            last = bytes[start + length - 1];
            count += length;
            push(bytes, start, length, false);
        }
    }

    /**
     * Ends the text if a line has ended, and flushes the stream behind.
     *
     * @throws IOException from the stream behind
     */
    @Override
    public void flush() throws IOException {
        if (lineEnded) {
            push(NOTHING, 0, 0, true);
        }
        out.flush();
    }

    /**
     * Ends the text, and closes the stream behind. A second call does nothing.
     *
     * @throws IOException from the stream behind
     */
    @Override
    public void close() throws IOException {
        if (!stream.isOpen()) {
            return;
        }
        try (OutputStream behind = out) {
            push(NOTHING, 0, 0, true);
            behind.flush();
        } finally {
            stream.close();
        }
    }

    private boolean endsLine(byte beforeLast, byte last, long count) {
        if (redactor.charset().equals(StandardCharsets.UTF_16LE)) {
            return count % 2 == 0 && beforeLast == '\n' && last == 0;
        }
        if (redactor.charset().equals(StandardCharsets.UTF_16BE)) {
            return count % 2 == 0 && beforeLast == 0 && last == '\n';
        }
        return last == '\n';
    }

    private void push(byte[] bytes, int start, int length, boolean ends) throws IOException {
        long lengths = Native.check(Native.push(stream.use(), bytes, start, length, ends ? 1 : 0, result));
        if (Redactor.total(lengths) > result.length) {
            result = new byte[Redactor.total(lengths)];
            lengths = Native.check(Native.push(stream.use(), NOTHING, 0, 0, 0, result));
        }
        stream.keep();
        out.write(result, 0, (int) lengths);
        redactor.tell(result, lengths);
    }
}
