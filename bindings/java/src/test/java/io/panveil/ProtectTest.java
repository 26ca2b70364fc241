package io.panveil;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The road in. */
class ProtectTest {
    private static final byte[] PAN = Lab.ascii("4111111111111111");

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

    @Test
    void aCardNumberIsTakenFromArraysAndBuffersAndLeftAsItIs() {
        Tokenizer tokenizer = vault.tokenizer("checkout");
        Token token = tokenizer.tokenize(PAN, Layout.AUTO);
        ByteBuffer direct = ByteBuffer.allocateDirect(20);
        direct.put((byte) 'x').put(PAN).flip();
        direct.position(1);
        assertEquals(token, tokenizer.tokenize(direct, Layout.AUTO));
        assertEquals(1, direct.position());
        assertEquals(token, tokenizer.tokenize(ByteBuffer.wrap(PAN).asReadOnlyBuffer(), Layout.AUTO));
        assertEquals(token, tokenizer.tokenize("4111111111111111".toCharArray(), Layout.AUTO));
        assertArrayEquals(Lab.ascii("4111111111111111"), PAN);
        assertNotEquals(token, tokenizer.tokenize(PAN, Layout.LAST4));
        assertEquals(Status.LAYOUT_REFUSED, Lab.refused(() -> tokenizer.tokenize(Lab.ascii("378282246310005"), Layout.BIN6_LAST4)));
    }

    @Test
    @SuppressWarnings("deprecation")
    void stringsAreCountedAndCanBeSwitchedOff() {
        try (Lab own = Lab.fresh()) {
            try (Vault counting = own.open()) {
                Tokenizer tokenizer = counting.tokenizer("legacy");
                Token token = tokenizer.tokenize("4111111111111111", Layout.AUTO);
                assertEquals(tokenizer.tokenize(PAN, Layout.AUTO), token);
                assertEquals(1, counting.stringCalls());
            }
            try (Vault strict = Vault.open(own.vault, Lab.options().refuseStrings())) {
                Tokenizer tokenizer = strict.tokenizer("legacy");
                assertThrows(
                        UnsupportedOperationException.class, () -> tokenizer.tokenize("4111111111111111", Layout.AUTO));
            }
        }
    }

    @Test
    void sealedRecordsOpenInTheirContextOnly() {
        Session alice = Lab.alice(vault);
        Sealer pans = vault.sealer("checkout", "pan");
        Sealer names = vault.sealer("checkout", "name");
        Sealed pan = pans.sealPan(PAN, "C1");
        assertEquals(112, pan.toText().length());
        assertTrue(pan.toText().startsWith("UFYB"));
        assertNotEquals(pan, pans.sealPan(PAN, "C1"), "every nonce is fresh");
        byte[] value = "山田 花子".getBytes(StandardCharsets.UTF_8);
        Sealed name = names.seal(value, longId());
        assertEquals(value.length + 64, name.toBytes().length);

        assertEquals("4111111111111111", Lab.reveal(vault, alice, request(pan, "C1", "pan")));
        assertEquals("山田 花子", Lab.reveal(vault, alice, request(name, longId(), "name")));
        assertEquals(Status.NOT_AUTHENTIC, Lab.refused(() -> Lab.reveal(vault, alice, request(pan, "C2", "pan"))));
        assertEquals(Status.UNKNOWN_KEY, Lab.refused(() -> Lab.reveal(vault, alice, request(pan, "C1", "name"))));
    }

    private static String longId() {
        StringBuilder id = new StringBuilder();
        while (id.length() < 255) {
            id.append('x');
        }
        return id.toString();
    }

    private static RevealRequest request(Sealed sealed, String record, String field) {
        return RevealRequest.handle(sealed.toText())
                .purpose("chargeback").caseReference("CB-1").origin(Lab.ORIGIN).record(record).field(field).build();
    }

    @Test
    void whatMustNotBeSealedIsRefused() {
        Sealer pans = vault.sealer("checkout", "pan");
        Sealer names = vault.sealer("checkout", "name");
        byte[] name = Lab.ascii("x");
        assertEquals(Status.ID_FORMAT, Lab.refused(() -> pans.sealPan(PAN, "")));
        assertEquals(Status.ID_FORMAT, Lab.refused(() -> pans.sealPan(PAN, longId() + "x")));
        assertEquals(Status.ID_FORMAT, Lab.refused(() -> pans.sealPan(PAN, "\u3042")));
        assertEquals(Status.HOLDS_PAN, Lab.refused(() -> pans.sealPan(PAN, "order-4111111111111111")));
        assertEquals(Status.ARGUMENT, Lab.refused(() -> pans.seal(name, "C1")));
        assertEquals(Status.ARGUMENT, Lab.refused(() -> names.sealPan(PAN, "C1")));
        assertEquals(Status.VALUE_LENGTH, Lab.refused(() -> names.seal(new byte[0], "C1")));
        assertEquals(Status.VALUE_LENGTH, Lab.refused(() -> names.seal(new byte[65_537], "C1")));
        assertEquals(65_600, names.seal(new byte[65_536], "C1").toBytes().length);
        byte[] track = Lab.ascii(";4111111111111111=29121010000000000000?");
        assertEquals(Status.SAD_REFUSED, Lab.refused(() -> names.seal(track, "C1")));
        for (String field : new String[] {"cvv", "track2", "pin_block"}) {
            assertEquals(Status.SAD_REFUSED, Lab.refused(() -> vault.sealer("checkout", field)));
        }
        assertEquals(Status.ID_FORMAT, Lab.refused(() -> vault.tokenizer("")));
    }

    @Test
    void fingerprintsAreEqualForOneCardAndShowNothing() {
        Fingerprinter fingerprinter = vault.fingerprinter("match");
        Fingerprint one = fingerprinter.fingerprint(PAN);
        assertEquals(one, fingerprinter.fingerprint(ByteBuffer.wrap(PAN)));
        assertEquals(one.hashCode(), fingerprinter.fingerprint("4111111111111111".toCharArray()).hashCode());
        assertNotEquals(one, fingerprinter.fingerprint(Lab.ascii("5555555555554444")));
        assertEquals(32, one.toBytes().length);
        assertEquals(43, one.toText().length());
        assertEquals(1, one.version());
        assertEquals("Fingerprint(..)", one.toString());
        assertFalse(one.toText().isEmpty());
    }

    @Test
    void nullIsRefusedAtTheDoor() {
        assertThrows(NullPointerException.class, () -> vault.tokenizer(null));
        assertThrows(NullPointerException.class, () -> vault.tokenizer("c").tokenize((byte[]) null, Layout.AUTO));
        assertThrows(NullPointerException.class, () -> vault.tokenizer("c").tokenize(PAN, null));
        assertThrows(NullPointerException.class, () -> vault.sealer("c", "pan").sealPan(PAN, null));
        assertThrows(NullPointerException.class, () -> Masked.last4((byte[]) null));
        assertThrows(NullPointerException.class, () -> RevealRequest.handle(null));
        assertThrows(NullPointerException.class, () -> vault.gate().session(null, Lab.ORIGIN));
        assertThrows(NullPointerException.class, () -> vault.gate().reveal(null, Lab.ask("x")));
    }
}
