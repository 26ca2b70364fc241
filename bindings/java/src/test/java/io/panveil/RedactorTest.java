package io.panveil;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.StreamHandler;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** No card number in what an application logs. */
class RedactorTest {
    private static final String TEXT = "card 4111 1111 1111 1111, cvv=123, カード４１１１１１１１１１１１１１１１です 😀";
    private static final String REDACTED = "card ************1111, cvv=***, カード************1111です 😀";

    @Test
    void replacementsAreWhatTheFactorySays() {
        try (Lab lab = Lab.fresh(); Vault vault = lab.open(); Tokenizer tokenizer = vault.tokenizer("logs")) {
            String token = tokenizer.tokenize(Lab.ascii("4111111111111111"), Layout.AUTO).value();
            Object[][] rows = {
                {Redactor.mask(), "************1111"},
                {Redactor.maskBin6Last4(), "411111******1111"},
                {Redactor.mask().keepLength(), "**** **** **** 1111"},
                {Redactor.fixed("[card]"), "[card]"},
                {Redactor.token(tokenizer, Layout.AUTO), token},
            };
            for (Object[] row : rows) {
                try (Redactor redactor = ((Redactor.Builder) row[0]).build()) {
                    assertEquals("n " + row[1] + ".", redactor.redact("n 4111 1111 1111 1111."));
                }
            }
        }
    }

    @Test
    void textsAreRedactedAsStringsAndAsBytes() {
        try (Redactor redactor = Redactor.mask().build()) {
            assertEquals(REDACTED, redactor.redact(TEXT));
            byte[] bytes = TEXT.getBytes(StandardCharsets.UTF_8);
            byte[] before = bytes.clone();
            assertArrayEquals(REDACTED.getBytes(StandardCharsets.UTF_8), redactor.redact(bytes));
            assertArrayEquals(before, bytes);
            String clean = "order 20261126 \ud83d and nothing else";
            assertSame(clean, redactor.redact(clean), "a text without card data is the one that came");
            assertEquals("", redactor.redact(new StringBuilder()));
            // A result that is longer than any guess of it.
            String fixed = "[" + repeat("x", 98) + "]";
            try (Redactor longer = Redactor.fixed(fixed).build()) {
                String many = repeat("4111111111111111 ", 1000);
                assertEquals(repeat(fixed + " ", 1000), longer.redact(many));
            }
        }
    }

    @Test
    void thresholdAndBase64AreOptions() {
        String order = "order=4111111111111111";
        try (Redactor usual = Redactor.mask().build();
                Redactor strict = Redactor.mask().atLeast(Hit.Confidence.LOW).withBase64().build()) {
            assertEquals(order, usual.redact(order));
            assertEquals("order=************1111", strict.redact(order));
        }
        for (String text : Arrays.asList("card", "[card 1]", "[a\nb]", "[" + repeat("x", 99) + "]")) {
            assertEquals(Status.ARGUMENT, Lab.refused(() -> Redactor.fixed(text).build()));
        }
    }

    @Test
    void configurationFilesSayWhatTheFactoriesSay() {
        Object[][] rows = {
            {"mask", "************1111"}, {"mask:6+4", "411111******1111"}, {"fixed:[card]", "[card]"},
        };
        for (Object[] row : rows) {
            try (Redactor redactor = Redactor.of((String) row[0]).build()) {
                assertEquals("n " + row[1] + ".", redactor.redact("n 4111 1111 1111 1111."));
            }
        }
        for (String text : Arrays.asList("", "Mask", "mask:8+4", "token", "fixed:", "fixed:card", "[card]")) {
            assertEquals(Status.ARGUMENT, Lab.refused(() -> Redactor.of(text).build()), text);
        }
    }

    @Test
    void asciiOnlyLooksForNothingElse() {
        String other = "４１１１１１１１１１１１１１１１ 4111%201111%201111%201111 4111 1111 1111 1111";
        try (Redactor usual = Redactor.mask().build();
                Redactor ascii = Redactor.mask().withBase64().asciiOnly().build();
                Redactor base64 = Redactor.mask().asciiOnly().withBase64().build()) {
            assertEquals("************1111 ************1111 ************1111", usual.redact(other));
            assertEquals(other.replace("4111 1111 1111 1111", "************1111"), ascii.redact(other));
            String encoded = "NDExMTExMTExMTExMTExMQ==";
            assertEquals(encoded, usual.redact(encoded));
            assertEquals(encoded, ascii.redact(encoded));
            assertFalse(base64.redact(encoded).contains("MTEx"), base64.redact(encoded));
        }
    }

    @Test
    void bytesAreInTheCharsetThatWasSaid() throws IOException {
        for (String name : Arrays.asList("UTF-8", "UTF-16LE", "UTF-16BE", "Shift_JIS", "EUC-JP", "GB18030")) {
            Charset charset = Charset.forName(name);
            String text = TEXT.replace(" 😀", "");
            byte[] bytes = text.getBytes(charset);
            String expected = REDACTED.replace(" 😀", "");
            List<Hit> hits = new ArrayList<>();
            try (Redactor redactor = Redactor.mask().inCharset(charset).onHit(hits::add).build()) {
                assertEquals(expected, new String(redactor.redact(bytes), charset), name);
                assertEquals(3, hits.size(), name);
                assertEquals("card ".getBytes(charset).length, hits.get(0).offset(), name);
                assertEquals("4111 1111 1111 1111".getBytes(charset).length, hits.get(0).length(), name);
                // Strings are strings in any case.
                assertEquals(REDACTED, redactor.redact(TEXT), name);
                StringWriter characters = new StringWriter();
                try (Writer out = new RedactingWriter(characters, redactor)) {
                    for (char character : TEXT.toCharArray()) {
                        out.write(character);
                        out.flush();
                    }
                }
                assertEquals(REDACTED, characters.toString(), name);
                for (int size = 1; size <= 7; size++) {
                    ByteArrayOutputStream written = new ByteArrayOutputStream();
                    try (OutputStream out = new RedactingOutputStream(written, redactor)) {
                        for (int at = 0; at < bytes.length; at += size) {
                            out.write(bytes, at, Math.min(size, bytes.length - at));
                            out.flush();
                        }
                    }
                    assertEquals(expected, new String(written.toByteArray(), charset), name + " in pieces of " + size);
                }
            }
        }
    }

    @Test
    void aLineOfUtf16ThatHasEndedDoesNotWaitAndHalfACharacterIsNoEnd() throws IOException {
        for (Charset charset : Arrays.asList(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
            ByteArrayOutputStream written = new ByteArrayOutputStream();
            try (Redactor redactor = Redactor.mask().inCharset(charset).build();
                    OutputStream out = new RedactingOutputStream(written, redactor)) {
                for (byte b : "n 4111 1111\n".getBytes(charset)) {
                    out.write(b);
                }
                out.flush();
                assertEquals("n 4111 1111\n", new String(written.toByteArray(), charset));
                // U+0A30 and U+300A hold the byte of an end of line, and so do two characters side by side.
                out.write("4111 1111 1111 1111 \u0a30\u300a\u0a00".getBytes(charset));
                out.write(new byte[] {0});
                out.flush();
                assertEquals("n 4111 1111\n", new String(written.toByteArray(), charset));
            }
            assertTrue(new String(written.toByteArray(), charset).startsWith("n 4111 1111\n************1111 \u0a30"));
        }
    }

    @Test
    void charsetsThatCannotBeSearchedAreRefused() {
        for (String name : Arrays.asList("UTF-16", "UTF-32", "UTF-32LE", "IBM037", "ISO-2022-JP", "ISO-2022-KR", "x-JIS0208")) {
            assertEquals(Status.ARGUMENT, Lab.refused(() -> Redactor.mask().inCharset(Charset.forName(name))), name);
        }
        for (String name : Arrays.asList("US-ASCII", "ISO-8859-1", "windows-1252", "windows-31j", "EUC-KR", "Big5", "KOI8-R")) {
            Redactor.mask().inCharset(Charset.forName(name)).build().close();
        }
    }

    @Test
    void hitsSayWhatWhereAndHowSure() {
        List<Hit> hits = new ArrayList<>();
        try (Redactor redactor = Redactor.mask().onHit(hits::add).build()) {
            redactor.redact(TEXT);
            assertEquals(3, hits.size());
            Hit pan = hits.get(0);
            assertEquals(5, pan.offset());
            assertEquals(19, pan.length());
            assertEquals(Hit.Kind.PAN, pan.kind());
            assertEquals(Optional.of(Hit.Brand.VISA), pan.brand());
            assertEquals(Hit.Confidence.HIGH, pan.confidence());
            assertEquals(Hit.Reason.GROUPED, pan.reason());
            assertEquals(Hit.Writing.SEPARATED, pan.writing());
            assertEquals(Optional.of("************1111"), pan.masked());
            assertEquals("PAN ************1111 VISA HIGH GROUPED SEPARATED 5+19", pan.toString());
            assertEquals("SECURITY_CODE HIGH BESIDE_NUMBER PLAIN 30+3", hits.get(1).toString());
            assertEquals(Optional.empty(), hits.get(1).brand());
            assertEquals(Hit.Writing.OTHER_DIGITS, hits.get(2).writing());
            hits.clear();
            String many = repeat("4111111111111111 ", 5000);
            redactor.redact(many);
            assertEquals(5000, hits.size());
            assertEquals(17 * 4999, hits.get(4999).offset());
        }
        try (Redactor redactor = Redactor.mask().onHit(hit -> { throw new IllegalArgumentException("own"); }).build()) {
            assertThrows(IllegalArgumentException.class, () -> redactor.redact(TEXT));
        }
    }

    /** What Rust can say, Java can read: the constants are those of the core's source. */
    @Test
    void everyNameOfTheCoreIsAConstant() throws IOException {
        Object[][] rows = {
            {"src/scan/hit.rs", Hit.Kind.values()}, {"src/scan/hit.rs", Hit.Confidence.values()},
            {"src/scan/hit.rs", Hit.Reason.values()}, {"src/scan/hit.rs", Hit.Writing.values()},
            {"src/card/brand.rs", Hit.Brand.values()},
        };
        for (Object[] row : rows) {
            String source = new String(Files.readAllBytes(Lab.root().resolve((String) row[0])), StandardCharsets.UTF_8);
            Enum<?>[] constants = (Enum<?>[]) row[1];
            String type = constants[0].getDeclaringClass().getSimpleName();
            int begin = source.indexOf("impl " + type + " {");
            int name = source.indexOf("fn name(self)", begin);
            String body = source.substring(name, source.indexOf("\n    }\n", name));
            List<String> names = new ArrayList<>();
            Matcher matcher = Pattern.compile("Self::\\w+ => \"(\\w+)\"").matcher(body);
            while (matcher.find()) {
                names.add(matcher.group(1).toUpperCase(Locale.ROOT));
            }
            List<String> own = new ArrayList<>();
            for (Enum<?> constant : constants) {
                own.add(constant.name());
            }
            assertFalse(names.isEmpty(), type);
            assertEquals(names, own, type);
        }
    }

    @Test
    void piecesOfAStreamMakeNoDifference() throws IOException {
        byte[] text = TEXT.getBytes(StandardCharsets.UTF_8);
        try (Redactor redactor = Redactor.mask().build()) {
            for (int size = 1; size <= text.length; size++) {
                ByteArrayOutputStream written = new ByteArrayOutputStream();
                try (OutputStream out = new RedactingOutputStream(written, redactor)) {
                    for (int at = 0; at < text.length; at += size) {
                        out.write(text, at, Math.min(size, text.length - at));
                        out.flush();
                    }
                }
                assertEquals(REDACTED, text(written), "in pieces of " + size);
            }
            StringWriter characters = new StringWriter();
            try (Writer out = new RedactingWriter(characters, redactor)) {
                for (char character : TEXT.toCharArray()) {
                    out.write(character);
                }
            }
            assertEquals(REDACTED, characters.toString());
            // Larger than all buffers on the way, characters of three bytes at every seam.
            String large = repeat("あ" + TEXT + "\n", 2000);
            StringWriter all = new StringWriter();
            try (Writer out = new RedactingWriter(all, redactor)) {
                out.write(large);
            }
            assertEquals(repeat("あ" + REDACTED + "\n", 2000), all.toString());
        }
    }

    @Test
    void aLineThatHasEndedDoesNotWaitForTheNext() {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        try (Redactor redactor = Redactor.mask().build();
                PrintStream out = new PrintStream(new RedactingOutputStream(written, redactor), true)) {
            out.print("paid with 4111 1111 ");
            assertFalse(text(written).contains("4111"), "a number that may go on is held back");
            out.println("1111 1111");
            assertEquals("paid with ************1111" + System.lineSeparator(), text(written));
            out.print("4111 1111");
        }
        assertTrue(text(written).endsWith("4111 1111"), "closing writes the rest");
    }

    @Test
    void whatFailsBehindIsToldAndTheStreamIsClosedAllTheSame() throws IOException {
        AtomicInteger closed = new AtomicInteger();
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("full");
            }

            @Override
            public void close() {
                closed.incrementAndGet();
            }
        };
        long before = Native.openObjects();
        try (Redactor redactor = Redactor.mask().build()) {
            OutputStream out = new RedactingOutputStream(full, redactor);
            out.write(Lab.ascii("text"));
            assertThrows(IOException.class, out::close);
            out.close();
            assertEquals(1, closed.get());
            assertThrows(IllegalStateException.class, () -> out.write(1));
            assertThrows(IndexOutOfBoundsException.class, () -> out.write(new byte[3], 2, 2));
        }
        assertEquals(before, Native.openObjects());
    }

    @Test
    void tokensEndWithTheirVaultAndMasksDoNot() throws IOException {
        Redactor masks = Redactor.mask().build();
        try (Lab lab = Lab.fresh()) {
            Redactor tokens;
            OutputStream stream;
            try (Vault vault = lab.open()) {
                Tokenizer tokenizer = vault.tokenizer("logs");
                tokens = Redactor.token(tokenizer, Layout.AUTO).build();
                stream = new RedactingOutputStream(new ByteArrayOutputStream(), tokens);
                tokenizer.close();
                assertFalse(tokens.redact("n 4111111111111111").contains("4111111111111111"));
                assertThrows(IllegalStateException.class, () -> Redactor.token(tokenizer, Layout.AUTO).build());
            }
            assertThrows(IllegalStateException.class, () -> tokens.redact("x"));
            assertThrows(IllegalStateException.class, () -> stream.write(1));
            tokens.close();
        }
        assertEquals(REDACTED, masks.redact(TEXT));
        masks.close();
        assertThrows(IllegalStateException.class, () -> masks.redact("x"));
    }

    @Test
    void manyThreadsShareOne() throws Exception {
        try (Redactor redactor = Redactor.mask().build()) {
            AtomicInteger wrong = new AtomicInteger();
            Thread[] threads = new Thread[8];
            for (int i = 0; i < threads.length; i++) {
                threads[i] = new Thread(() -> {
                    for (int round = 0; round < 500; round++) {
                        if (!redactor.redact(TEXT).equals(REDACTED)) {
                            wrong.incrementAndGet();
                        }
                    }
                });
                threads[i].start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(0, wrong.get());
        }
    }

    @Test
    void javaUtilLoggingWritesNoCardNumber() {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        try (Redactor redactor = Redactor.mask().build()) {
            StreamHandler handler = new StreamHandler(written, new RedactingFormatter(null, redactor));
            LogRecord record = new LogRecord(Level.WARNING, "declined {0}");
            record.setParameters(new Object[] {"4111-1111-1111-1111"});
            record.setThrown(new IllegalStateException("bad card 378282246310005", new IOException("5500000000000004")));
            handler.publish(record);
            assertEquals("declined ************1111", handler.getFormatter().formatMessage(record));
            handler.close();
        }
        loggedWithoutCards(text(written), "declined ************1111", "bad card ***********0005", "************0004");
    }

    private static void loggedWithoutCards(String log, String... shown) {
        for (String text : shown) {
            assertTrue(log.contains(text), log);
        }
        assertFalse(Pattern.compile("4111|378282|5500").matcher(log).find(), log);
    }

    private static String text(ByteArrayOutputStream bytes) {
        return new String(bytes.toByteArray(), StandardCharsets.UTF_8);
    }

    private static String repeat(String text, int times) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < times; i++) {
            all.append(text);
        }
        return all.toString();
    }
}
