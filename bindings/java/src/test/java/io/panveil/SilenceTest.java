package io.panveil;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** No card digit in any text that Java can see (AC-02, AC-05). */
class SilenceTest {
    private static final int FUZZED = 1_000_000;

    @Test
    void ac05AMillionFuzzedFailuresSayNothingOfTheirInput() {
        try (Lab lab = Lab.fresh(); Vault vault = lab.open()) {
            Tokenizer tokenizer = vault.tokenizer("fuzz");
            Random random = new Random(5);
            int refusals = 0;
            for (int i = 0; i < FUZZED; i++) {
                byte[] text = fuzzed(random);
                try {
                    tokenizer.tokenize(text, Layout.values()[random.nextInt(4)]);
                } catch (CardDataException refused) {
                    refusals++;
                    // The text is that of the status, so nothing of the input can stand in it.
                    if (!refused.getMessage().equals(refused.status().text())
                            || !refused.toString().endsWith(": " + refused.status().text())
                            || refused.getCause() != null) {
                        throw new AssertionError(refused);
                    }
                }
            }
            assertFalse(refusals < FUZZED / 2, "most are refused: " + refusals);
        }
    }

    /** A card number with some bytes changed, left out or added. */
    private static byte[] fuzzed(Random random) {
        byte[] card = Lab.ascii(Lab.CARDS.get(random.nextInt(Lab.CARDS.size())));
        byte[] text = Arrays.copyOf(card, Math.max(0, card.length + random.nextInt(9) - 4));
        for (int changes = random.nextInt(3); changes > 0 && text.length > 0; changes--) {
            text[random.nextInt(text.length)] = (byte) (random.nextBoolean() ? '0' + random.nextInt(10) : random.nextInt());
        }
        return text;
    }

    @Test
    void ac02NoTextOfAnObjectShowsWhatItHolds() {
        try (Lab lab = Lab.fresh(); Vault vault = lab.open()) {
            byte[] pan = Lab.ascii("4111111111111111");
            Sealed sealed = vault.sealer("checkout", "pan").sealPan(pan, "C1");
            Fingerprint fingerprint = vault.fingerprinter("checkout").fingerprint(pan);
            String handle = vault.tokenizer("checkout").tokenize(pan, Layout.AUTO).handle();
            Session alice = Lab.alice(vault);
            try (Revealed revealed = vault.gate().reveal(alice, Lab.ask(handle))) {
                List<Object> objects = Arrays.asList(
                        vault, revealed, alice, sealed, fingerprint, vault.gate(), vault.sealer("checkout", "pan"),
                        vault.fingerprinter("checkout"), Lab.ask("4111111111111111"), Lab.options(),
                        Masked.last4(pan), Masked.bin6Last4(pan));
                for (Object object : objects) {
                    String text = object.toString();
                    assertFalse(text.contains("4111111111111111") || text.contains(fingerprint.toText()), text);
                }
            }
            assertEquals("************1111", Masked.last4(pan).toString());
        }
    }
}
