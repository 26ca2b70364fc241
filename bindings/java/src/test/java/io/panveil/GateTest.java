package io.panveil;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Collections;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The road out. */
class GateTest {
    private static final byte[] PAN = Lab.ascii("4111111111111111");

    @Test
    void ac40AValueIsLentAndWipedAndAClosedOneRefuses() {
        try (Lab lab = Lab.fresh(); Vault vault = lab.open()) {
            String handle = vault.tokenizer("checkout").tokenize(PAN, Layout.AUTO).handle();
            Revealed pan = vault.gate().reveal(Lab.alice(vault), Lab.ask(handle));
            assertEquals(16, pan.length());
            byte[] room = new byte[20];
            assertEquals(16, pan.copyTo(room));
            assertArrayEquals(Arrays.copyOf(PAN, 20), room);
            AtomicReference<byte[]> kept = new AtomicReference<>();
            AtomicReference<char[]> keptChars = new AtomicReference<>();
            pan.withBytes(kept::set);
            pan.withChars(keptChars::set);
            assertArrayEquals(new byte[16], kept.get(), "what was lent is wiped");
            assertArrayEquals(new char[16], keptChars.get());
            assertThrows(ArithmeticException.class, () -> pan.withBytes(bytes -> {
                kept.set(bytes);
                throw new ArithmeticException();
            }));
            assertArrayEquals(new byte[16], kept.get(), "also when the consumer throws");
            pan.close();
            pan.close();
            assertThrows(IllegalStateException.class, pan::length);
            assertThrows(IllegalStateException.class, () -> pan.copyTo(room));
            assertThrows(IllegalStateException.class, () -> pan.withBytes(bytes -> {}));
            assertThrows(IllegalStateException.class, () -> pan.withChars(chars -> {}));
        }
    }

    @Test
    void whatTheCoreRefusesIsRefusedHere() {
        try (Lab lab = Lab.fresh(); Vault vault = lab.open()) {
            Gate gate = vault.gate();
            String handle = vault.tokenizer("checkout").tokenize(PAN, Layout.AUTO).handle();
            Session alice = Lab.alice(vault);
            Session single =
                    gate.session(vault.testIdentity("bob", Collections.singletonList("chargeback"), false), Lab.ORIGIN);
            Session clerk = gate.session(vault.testIdentity("carol", new String[] {"clerk"}, true), Lab.ORIGIN);
            Object[][] rows = {
                {alice, Lab.ask("411111******1111"), Status.NOT_A_HANDLE},
                {alice, Lab.ask("4111111111111111"), Status.NOT_A_HANDLE},
                {single, Lab.ask(handle), Status.STEP_UP_NEEDED},
                {clerk, Lab.ask(handle), Status.ROLE_DENIED},
                {alice, request(handle, "marketing", "CB-1"), Status.PURPOSE_DENIED},
                {alice, request(handle, "", "CB-1"), Status.PURPOSE_MISSING},
                {alice, request(handle, "chargeback", "because"), Status.CASE_REFUSED},
                {alice, request(handle, "chargeback", "4111111111111111"), Status.HOLDS_PAN},
            };
            for (Object[] row : rows) {
                assertEquals(row[2], Lab.refused(() -> gate.reveal((Session) row[0], (RevealRequest) row[1]).close()));
            }
            assertEquals(Status.IDENTITY_REFUSED, Lab.refused(() -> gate.session("not.a.token", Lab.ORIGIN).close()));
            String token = vault.testIdentity("alice", Collections.singletonList("chargeback"), true);
            assertEquals(Status.ORIGIN_MISSING, Lab.refused(() -> gate.session(token, "").close()));
            String log = lab.log();
            assertFalse(log.contains("4111111111111111") || log.contains(token), "no card and no token in the log");
        }
    }

    private static RevealRequest request(String handle, String purpose, String caseReference) {
        return RevealRequest.handle(handle).purpose(purpose).caseReference(caseReference).origin(Lab.ORIGIN).build();
    }

    @Test
    void aBudgetLocksWhoExceedsIt() {
        try (Lab lab = Lab.fresh(); Vault vault = lab.open()) {
            Tokenizer tokenizer = vault.tokenizer("checkout");
            Session alice = Lab.alice(vault);
            Status last = Status.OK;
            int revealed = 0;
            for (int i = 0; i < 30 && last == Status.OK; i++) {
                String handle = tokenizer.tokenize(card(i), Layout.AUTO).handle();
                last = Lab.refused(() -> Lab.reveal(vault, alice, Lab.ask(handle)));
                revealed += last == Status.OK ? 1 : 0;
            }
            assertEquals(20, revealed);
            assertEquals(Status.BUDGET_EXCEEDED, last);
            String handle = tokenizer.tokenize(PAN, Layout.AUTO).handle();
            assertEquals(Status.LOCKED, Lab.refused(() -> Lab.reveal(vault, alice, Lab.ask(handle))));
        }
    }

    /** The {@code number}th card of a range that no bank issues. */
    private static byte[] card(int number) {
        String body = String.format("400000%09d", number);
        for (char check = '0'; check <= '9'; check++) {
            byte[] card = Lab.ascii(body + check);
            if (Lab.refused(() -> Masked.last4(card)) == Status.OK) {
                return card;
            }
        }
        throw new AssertionError();
    }

    @Test
    void aSessionOfAnotherVaultIsRefused() {
        try (Lab one = Lab.fresh(); Lab two = Lab.fresh(); Vault vault = one.open(); Vault other = two.open()) {
            Session stranger = Lab.alice(other);
            String handle = vault.tokenizer("checkout").tokenize(PAN, Layout.AUTO).handle();
            assertEquals(
                    Status.IDENTITY_REFUSED, Lab.refused(() -> vault.gate().reveal(stranger, Lab.ask(handle)).close()));
            assertTrue(stranger.endsAtMillis() > System.currentTimeMillis());
        }
    }

    @Test
    void everyRevealIsOnRecordBeforeItIsGiven() {
        try (Lab lab = Lab.fresh(); Vault vault = lab.open()) {
            String handle = vault.tokenizer("checkout").tokenize(PAN, Layout.AUTO).handle();
            Session alice = Lab.alice(vault);
            assertFalse(lab.log().contains("CB-1042"));
            try (Revealed pan = vault.gate().reveal(alice, Lab.ask(handle))) {
                assertTrue(lab.log().contains("CB-1042"));
                assertEquals("Revealed(..)", pan.toString());
            }
        }
    }
}
