package io.panveil;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The vectors that Rust is tested with give the same results here. */
class VectorsTest {
    private static Object read(String name) throws IOException {
        Path file = Lab.root().resolve("vectors").resolve(name);
        return Json.parse(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
    }

    @Test
    void everyCardNumberIsTakenOrRefusedAsInRust() throws IOException {
        try (Lab lab = Lab.fresh(); Vault vault = lab.open()) {
            Tokenizer tokenizer = vault.tokenizer("checkout");
            Fingerprinter fingerprinter = vault.fingerprinter("checkout");
            List<Map<String, String>> cases = Json.rows(read("pan_cases.json"), "cases");
            for (Map<String, String> row : cases) {
                byte[] text = row.get("text").getBytes(StandardCharsets.UTF_8);
                Status expected = status(row.get("parse"));
                String why = row.get("why");
                assertEquals(expected, Lab.refused(() -> Masked.last4(text)), why);
                assertEquals(expected, Lab.refused(() -> tokenizer.tokenize(text, Layout.AUTO)), why);
                assertEquals(expected, Lab.refused(() -> fingerprinter.fingerprint(text)), why);
                char[] chars = row.get("text").toCharArray();
                assertEquals(expected, Lab.refused(() -> tokenizer.tokenize(chars, Layout.AUTO)), why);
            }
            assertEquals(255, cases.size());
        }
    }

    /** {@code PanLuhn} as {@code PAN_LUHN}. */
    private static Status status(String rust) {
        return "ok".equals(rust) ? Status.OK : Status.valueOf(rust.replaceAll("(?<=.)([A-Z])", "_$1").toUpperCase());
    }

    @Test
    void ac28TheGoldenVaultOpensAndGivesWhatRustGives() throws IOException {
        Object described = read("vault_v1.json");
        Map<?, ?> document = (Map<?, ?>) described;
        // A year of the keys' time must not pass in the world: the clock stands still, a minute later.
        long now = Instant.parse((String) document.get("made_at")).toEpochMilli() + 60_000;
        byte[] passphrase = Lab.ascii((String) document.get("passphrase"));
        VaultOptions options = VaultOptions.passphrase(passphrase).application("app-1").clock(() -> now);
        try (Lab lab = Lab.golden(); Vault vault = Vault.open(lab.vault, options)) {
            assertFalse(vault.warnings().isEmpty(), "the changed policy of a dev vault is told");
            Session alice = Lab.alice(vault);
            List<Map<String, String>> rows = Json.rows(described, "protected");
            for (Map<String, String> row : rows) {
                RevealRequest.Builder request = RevealRequest.handle(row.get("handle"))
                        .purpose("chargeback").caseReference("CB-1").origin(Lab.ORIGIN).field(row.get("field"));
                if (row.containsKey("record")) {
                    request.record(row.get("record"));
                }
                assertEquals(row.get("value"), Lab.reveal(vault, alice, request.build()), row.get("handle"));
            }
            assertEquals(40, rows.size());
            assertEquals(20, tokensAgree(vault, rows));
        }
    }

    /** The golden vault has two versions of the token key; what the newer one made, it makes again. */
    private static int tokensAgree(Vault vault, List<Map<String, String>> rows) {
        Tokenizer tokenizer = vault.tokenizer("checkout");
        int compared = 0;
        for (Map<String, String> row : rows) {
            String handle = row.get("handle");
            if (row.get("field").equals("pan") && handle.contains(":")) {
                Layout layout = Layout.of(handle.substring(handle.indexOf('.') + 1, handle.indexOf(':')).replace('-', '+'));
                Token token = tokenizer.tokenize(Lab.ascii(row.get("value")), layout);
                String current = token.format().substring(0, token.format().indexOf('.'));
                if (handle.startsWith(current + ".")) {
                    assertEquals(handle, token.handle());
                }
                compared++;
            }
        }
        return compared;
    }

    @Test
    void tokensAndMasksOfEveryLengthHaveTheirShape() {
        try (Lab lab = Lab.fresh(); Vault vault = lab.open()) {
            Tokenizer tokenizer = vault.tokenizer("checkout");
            for (String card : Lab.CARDS) {
                Token token = tokenizer.tokenize(Lab.ascii(card), Layout.AUTO);
                Layout expected = card.length() >= 16 ? Layout.BIN6_LAST4 : Layout.LAST4;
                assertEquals(expected, token.layout());
                assertEquals(card.length(), token.value().length());
                assertEquals(card.substring(card.length() - 4), token.value().substring(card.length() - 4));
                assertEquals(token.format() + ":" + token.value(), token.handle());
                assertEquals(Status.PAN_LUHN, Lab.refused(() -> Masked.last4(Lab.ascii(token.value()))));
                char[] stars = new char[card.length() - 4];
                Arrays.fill(stars, '*');
                String last4 = card.substring(card.length() - 4);
                assertEquals(new String(stars) + last4, Masked.last4(Lab.ascii(card)).toString());
            }
            assertEquals("411111******1111", Masked.bin6Last4(Lab.ascii("4111111111111111")).toString());
            assertEquals("41111111****1111", Masked.bin8Last4(Lab.ascii("4111111111111111")).toString());
        }
    }

    @Test
    void nineteenDigitsBeyondTheSignedRangeCrossWhole() {
        // 19 digits, right check digit, above 2^63.
        byte[] pan = Lab.ascii("9792918811208961544");
        try (Lab lab = Lab.wide(); Vault vault = lab.open()) {
            for (Layout layout : new Layout[] {Layout.LAST4, Layout.BIN6_LAST4}) {
                Token token = vault.tokenizer("checkout").tokenize(pan, layout);
                assertEquals(19, token.value().length());
                assertEquals("9792918811208961544", Lab.reveal(vault, Lab.alice(vault), Lab.ask(token.handle())));
            }
            assertEquals("***************1544", Masked.last4(pan).toString());
        }
    }
}
