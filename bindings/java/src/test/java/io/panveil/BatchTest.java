package io.panveil;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Batches give what single calls give, whatever kind of buffer, wherever a chunk ends. */
class BatchTest {
    private static final int[] COUNTS = {0, 1, 127, 128, 129, 300};
    private static final int BEFORE = 7;

    private static Lab lab;
    private static Vault vault;

    @BeforeAll
    static void open() {
        lab = Lab.wide();
        vault = lab.open();
    }

    @AfterAll
    static void close() {
        vault.close();
        lab.close();
    }

    /** How a buffer is made: heap, direct, a slice of either. */
    private enum Make {
        HEAP, DIRECT, HEAP_SLICE, DIRECT_SLICE;

        /** A buffer whose position is {@code BEFORE}, with room for {@code bytes} behind it. */
        ByteBuffer room(int bytes) {
            boolean direct = this == DIRECT || this == DIRECT_SLICE;
            boolean slice = this == HEAP_SLICE || this == DIRECT_SLICE;
            int whole = bytes + BEFORE + (slice ? 11 : 0);
            ByteBuffer buffer = direct ? ByteBuffer.allocateDirect(whole) : ByteBuffer.allocate(whole);
            if (slice) {
                buffer.position(11);
                buffer = buffer.slice();
            }
            buffer.position(BEFORE);
            return buffer;
        }
    }

    /** Cards, of which some are none. */
    private static List<byte[]> cards(int count) {
        List<byte[]> cards = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] card = Lab.ascii(Lab.CARDS.get(i % Lab.CARDS.size()));
            switch (i % 11) {
                case 3:
                    card[2] = (byte) (card[2] == '9' ? '0' : card[2] + 1);
                    break;
                case 5:
                    card = Arrays.copyOf(card, 12);
                    break;
                case 7:
                    card[5] = ' ';
                    break;
                default:
                    break;
            }
            cards.add(card);
        }
        return cards;
    }

    private static ByteBuffer records(List<byte[]> cards, Make make) {
        ByteBuffer in = make.room(cards.size() * Batch.PAN_BYTES);
        for (byte[] card : cards) {
            Batch.putPan(in, card);
        }
        in.flip().position(BEFORE);
        return in;
    }

    @Test
    void tokensOfABatchAreThoseOfSingleCalls() {
        Tokenizer tokenizer = vault.tokenizer("batch");
        for (int count : COUNTS) {
            List<byte[]> cards = cards(count);
            for (Make from : Make.values()) {
                for (Make to : Make.values()) {
                    ByteBuffer in = records(cards, from);
                    ByteBuffer out = to.room(count * Batch.TOKEN_BYTES);
                    BatchReport report = tokenizer.tokenizeAll(in, out);
                    assertEquals(0, in.remaining());
                    assertEquals(BEFORE + count * Batch.TOKEN_BYTES, out.position());
                    out.position(BEFORE);
                    ByteBuffer made = out.slice();
                    int done = 0;
                    for (int i = 0; i < count; i++) {
                        byte[] card = cards.get(i);
                        Status status = Batch.status(made, i, Batch.TOKEN_BYTES);
                        assertEquals(Lab.refused(() -> tokenizer.tokenize(card, Layout.AUTO)), status);
                        if (status == Status.OK) {
                            Token token = tokenizer.tokenize(card, Layout.AUTO);
                            assertEquals(token.value(), Batch.text(made, i));
                            assertEquals(token.format(), tokenizer.format(made.get(i * Batch.TOKEN_BYTES + 20)));
                            done++;
                        } else {
                            assertEquals("", Batch.text(made, i));
                        }
                    }
                    assertEquals(done, report.done());
                    assertEquals(count - done, report.refused());
                }
            }
        }
    }

    @Test
    void masksAndFingerprintsOfABatchAreThoseOfSingleCalls() {
        Fingerprinter fingerprinter = vault.fingerprinter("batch");
        int count = 300;
        List<byte[]> cards = cards(count);
        for (Make make : Make.values()) {
            ByteBuffer masks = make.room(count * Batch.MASK_BYTES);
            ByteBuffer bins = make.room(count * Batch.MASK_BYTES);
            ByteBuffer prints = make.room(count * Batch.FINGERPRINT_BYTES);
            int done = Masked.last4All(records(cards, make), masks).done();
            assertEquals(done, Masked.bin6Last4All(records(cards, make), bins).done());
            assertEquals(done, fingerprinter.fingerprintAll(records(cards, make), prints).done());
            masks.position(BEFORE);
            bins.position(BEFORE);
            prints.position(BEFORE);
            ByteBuffer last4 = masks.slice();
            ByteBuffer bin6 = bins.slice();
            ByteBuffer hashes = prints.slice();
            for (int i = 0; i < count; i++) {
                byte[] card = cards.get(i);
                Status status = Lab.refused(() -> Masked.last4(card));
                assertEquals(status, Batch.status(last4, i, Batch.MASK_BYTES));
                assertEquals(status, Batch.status(hashes, i, Batch.FINGERPRINT_BYTES));
                if (status == Status.OK) {
                    assertEquals(Masked.last4(card).toString(), Batch.text(last4, i));
                    assertEquals(Masked.bin6Last4(card).toString(), Batch.text(bin6, i));
                    byte[] hash = new byte[32];
                    hashes.position(i * Batch.FINGERPRINT_BYTES);
                    hashes.get(hash);
                    assertEquals(fingerprinter.fingerprint(card), new Fingerprint(hash, hashes.getInt()));
                }
            }
        }
    }

    @Test
    void everySealedRecordOfABatchOpensUnderItsOwnId() {
        Sealer sealer = vault.sealer("batch", "pan");
        Session alice = Lab.alice(vault);
        for (Make make : Make.values()) {
            int count = 260;
            List<byte[]> cards = cards(count);
            ByteBuffer ids = make.room(count * 256);
            for (int i = 0; i < count; i++) {
                Batch.putRecordId(ids, id(i));
            }
            ids.flip().position(BEFORE);
            ByteBuffer out = make.room(count * Batch.SEALED_BYTES);
            sealer.sealAll(records(cards, make), ids, out);
            assertEquals(0, ids.remaining());
            out.position(BEFORE);
            ByteBuffer made = out.slice();
            for (int i = 0; i < count; i++) {
                byte[] card = cards.get(i);
                Status status = Batch.status(made, i, Batch.SEALED_BYTES);
                assertEquals(Lab.refused(() -> Masked.last4(card)), status);
                if (status == Status.OK && i % 20 == 0) {
                    byte[] sealed = new byte[84];
                    made.position(i * Batch.SEALED_BYTES);
                    made.get(sealed);
                    RevealRequest request = RevealRequest.handle(Base64.getUrlEncoder().encodeToString(sealed))
                            .purpose("chargeback").caseReference("CB-1").origin(Lab.ORIGIN).record(id(i)).build();
                    assertEquals(new String(card), Lab.reveal(vault, alice, request));
                }
            }
        }
    }

    /** Ids of every length, so that chunks end everywhere. */
    private static String id(int number) {
        StringBuilder id = new StringBuilder("r" + number);
        for (int i = 0; i < number * 37 % 250; i++) {
            id.append('.');
        }
        id.append('e');
        return id.toString();
    }

    @Test
    void buffersThatDoNotFitAreRefusedWhole() {
        Tokenizer tokenizer = vault.tokenizer("batch");
        Sealer sealer = vault.sealer("batch", "pan");
        ByteBuffer two = records(cards(2), Make.HEAP);
        ByteBuffer out = ByteBuffer.allocate(48);
        assertEquals(Status.ARGUMENT, Lab.refused(() -> tokenizer.tokenizeAll(ByteBuffer.allocate(21), out)));
        assertEquals(
                Status.BUFFER_TOO_SMALL, Lab.refused(() -> tokenizer.tokenizeAll(two.duplicate(), ByteBuffer.allocate(47))));
        assertThrows(
                ReadOnlyBufferException.class,
                () -> tokenizer.tokenizeAll(two.duplicate(), ByteBuffer.allocateDirect(48).asReadOnlyBuffer()));
        assertThrows(
                ReadOnlyBufferException.class, () -> tokenizer.tokenizeAll(two.asReadOnlyBuffer(), ByteBuffer.allocate(48)));
        ByteBuffer sealed = ByteBuffer.allocate(2 * Batch.SEALED_BYTES);
        byte[][] wrong = {{}, {1, 'a'}, {1, 'a', 1}, {1, 'a', 5, 'b'}, {1, 'a', 1, 'b', 1, 'c'}};
        for (byte[] ids : wrong) {
            assertEquals(
                    Status.ARGUMENT,
                    Lab.refused(() -> sealer.sealAll(two.duplicate(), ByteBuffer.wrap(ids), sealed.duplicate())));
        }
        assertEquals(ByteBuffer.allocate(2 * Batch.SEALED_BYTES), sealed, "nothing was sealed");
        assertEquals(Status.ARGUMENT, Lab.refused(() -> {
            ByteBuffer ids = ByteBuffer.wrap(new byte[] {1, 'a', 1, 'b'});
            vault.sealer("batch", "name").sealAll(two.duplicate(), ids, sealed.duplicate());
        }));
    }
}
