package io.panveil;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;

/** A buffer as natives take it: an array, or a direct buffer, and where it begins. */
final class BatchBuffer {
    final byte[] array;
    final ByteBuffer direct;
    final int start;
    private final ByteBuffer buffer;

    private BatchBuffer(ByteBuffer buffer, byte[] array, ByteBuffer direct, int start) {
        this.buffer = buffer;
        this.array = array;
        this.direct = direct;
        this.start = start;
    }

    static BatchBuffer toRead(ByteBuffer buffer) {
        if (buffer.isDirect()) {
            return new BatchBuffer(buffer, null, buffer, buffer.position());
        }
        if (buffer.hasArray()) {
            return new BatchBuffer(buffer, buffer.array(), null, buffer.arrayOffset() + buffer.position());
        }
        // Its array is hidden, and a copy of card numbers would be made that the caller cannot wipe.
        throw new ReadOnlyBufferException();
    }

    static BatchBuffer toWrite(ByteBuffer buffer) {
        if (buffer.isReadOnly()) {
            throw new ReadOnlyBufferException();
        }
        return toRead(buffer);
    }

    /** How many records of {@code bytes} it holds, for which {@code out} must have room. */
    int count(int bytes, BatchBuffer out, int outBytes) {
        int remaining = buffer.remaining();
        if (remaining % bytes != 0) {
            throw new CardDataException(Status.ARGUMENT);
        }
        int count = remaining / bytes;
        if (out.buffer.remaining() / outBytes < count) {
            throw new CardDataException(Status.BUFFER_TOO_SMALL);
        }
        return count;
    }

    /** Moves the buffer's position forward. */
    void advance(int bytes) {
        buffer.position(buffer.position() + bytes);
    }
}
