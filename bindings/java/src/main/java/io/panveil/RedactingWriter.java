package io.panveil;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.util.Objects;

/**
 * Writes what is written to it without card data, as {@link RedactingOutputStream} does: {@link #flush} writes out what is
 * held back after the end of a line, and {@link #close} all of it.
 */
public final class RedactingWriter extends Writer {
    private final Writer text;

    /**
     * Writes to another writer.
     *
     * @param out gets the redacted text; it is closed with this writer
     * @param redactor what is taken out, and what takes its place; it stays open
     */
    public RedactingWriter(Writer out, Redactor redactor) {
        OutputStream characters = new Characters(Objects.requireNonNull(out, "out"), redactor.charset());
        text = new OutputStreamWriter(new RedactingOutputStream(characters, redactor), redactor.charset());
    }

    /**
     * Takes all of the characters.
     *
     * @param characters hold the text
     * @param start where it begins
     * @param length how many characters it has
     * @throws IOException from the writer behind
     */
    @Override
    public void write(char[] characters, int start, int length) throws IOException {
        text.write(characters, start, length);
    }

    /**
     * Ends the text if a line has ended, and flushes the writer behind.
     *
     * @throws IOException from the writer behind
     */
    @Override
    public void flush() throws IOException {
        text.flush();
    }

    /**
     * Ends the text, and closes the writer behind. A second call does nothing.
     *
     * @throws IOException from the writer behind
     */
    @Override
    public void close() throws IOException {
        text.close();
    }

    /** Bytes as characters; a piece may end within one. */
    private static final class Characters extends OutputStream {
        private final Writer out;
        private final CharsetDecoder decoder;
        private final CharBuffer room = CharBuffer.allocate(4096);
        /** The beginning of a character: at most three bytes. */
        private byte[] rest = {};

        Characters(Writer out, Charset charset) {
            this.out = out;
            decoder = charset.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .onUnmappableCharacter(CodingErrorAction.REPLACE);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int start, int length) throws IOException {
            ByteBuffer from = ByteBuffer.allocate(rest.length + length);
            from.put(rest).put(bytes, start, length).flip();
            decode(from, false);
            rest = new byte[from.remaining()];
            from.get(rest);
        }

        private void decode(ByteBuffer from, boolean ends) throws IOException {
            CoderResult result;
            do {
                result = decoder.decode(from, room, ends);
                room.flip();
                out.write(room.array(), 0, room.limit());
                room.clear();
            } while (result.isOverflow());
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }

        @Override
        public void close() throws IOException {
            try {
                decode(ByteBuffer.wrap(rest), true);
            } finally {
                out.close();
            }
        }
    }
}
