package io.panveil.logback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.joran.spi.JoranException;
import ch.qos.logback.core.status.Status;
import com.sun.management.ThreadMXBean;
import io.panveil.Hit;
import io.panveil.LogPage;
import io.panveil.Redactor;
import java.io.ByteArrayInputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Logback itself, configured as docs/java-logging.md says. */
class RedactingEncoderTest {
    private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();

    @TempDir
    Path folder;

    @BeforeEach
    @AfterEach
    void reset() {
        context.stop();
        context.start();
        context.getStatusManager().clear();
        MDC.clear();
    }

    private Logger configured(String xml) throws JoranException {
        context.putProperty("LOG_DIR", folder.toString());
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
        return context.getLogger("shop");
    }

    /** With other options in place of the first page's encoder. */
    private Logger withEncoder(String encoder) throws Exception {
        String page = LogPage.configurations("logback.xml").get(0);
        String changed = page.replaceAll("(?s)<encoder class=.*</encoder>", encoder);
        assertTrue(!changed.equals(page) && changed.contains(encoder));
        return configured(changed);
    }

    private Path log() {
        return folder.resolve("shop.log");
    }

    /** The rows of the status list that are worse than information. */
    private List<String> complaints() {
        List<String> complaints = new ArrayList<>();
        for (Status status : context.getStatusManager().getCopyOfStatusList()) {
            if (status.getEffectiveLevel() > Status.INFO) {
                complaints.add(status.toString());
            }
        }
        return complaints;
    }

    @Test
    void thisIsTheLogbackThatIsMeant() {
        String expected = System.getProperty("logback.expected");
        assumeTrue(expected != null, "the version of the class path");
        String jar = LoggerContext.class.getProtectionDomain().getCodeSource().getLocation().getPath();
        assertTrue(jar.endsWith("logback-classic-" + expected + ".jar"), jar);
    }

    @Test
    void manyThreadsLogThroughAnAsynchronousAppenderAndNoNumberComesOut() throws Exception {
        Logger shop = configured(LogPage.configurations("logback.xml").get(0));
        LogPage.together((thread, event) -> {
            MDC.put("card", "5500 0000 0000 0004");
            MDC.put("request", "r" + thread + "." + event);
            shop.warn("declined {} for order {}", "4111-1111-1111-1111", "o" + thread + "." + event, LogPage.fault());
        });
        context.stop();
        assertEquals(new ArrayList<>(), complaints());
        String text = LogPage.clean(log(), StandardCharsets.UTF_8, "bad card ***********0005", "************0004 declined",
                "For input string: \"************4444\"", "card=************0004", "\tat io.panveil.LogPage.fault(LogPage.java");
        assertEquals(LogPage.THREADS * LogPage.EVENTS, LogPage.count(text, "declined ************1111 for order o"));
        for (int thread = 0; thread < LogPage.THREADS; thread++) {
            for (int event = 0; event < LogPage.EVENTS; event++) {
                assertEquals(1, LogPage.count(text, " for order o" + thread + "." + event + " "), "each event stands there once");
            }
        }
    }

    @Test
    void jsonWithAllOptions() throws Exception {
        Logger shop = configured(LogPage.configurations("logback.xml").get(1));
        shop.warn("order=4111111111111111 {}", "NDExMTExMTExMTExMTExMQ==", LogPage.fault());
        context.stop();
        assertEquals(new ArrayList<>(), complaints());
        String text = LogPage.clean(log(), StandardCharsets.UTF_8, "order=[card]", "bad card [card]");
        assertEquals(0, LogPage.count(text, "NDExMTEx"));
    }

    @Test
    void aHugeEventComesOutWhole() throws Exception {
        Logger shop = configured(LogPage.configurations("logback.xml").get(0));
        shop.info(LogPage.huge(6_000_000));
        shop.info("after it");
        context.stop();
        String text = LogPage.clean(log(), StandardCharsets.UTF_8, "x card ************1111 behind it all", "after it");
        assertTrue(text.length() > 6_000_000);
    }

    @Test
    void charsetsAreThoseOfTheEncoderWithin() throws Exception {
        String[] charsets = {"UTF-8", "UTF-16LE", "UTF-16BE", "Shift_JIS", "ISO-8859-1"};
        for (String charset : charsets) {
            Logger shop = withEncoder("<encoder class='io.panveil.logback.RedactingEncoder'><encoder><charset>" + charset
                    + "</charset><pattern>%msg%n</pattern></encoder></encoder>");
            shop.info("card 4111 1111 1111 1111 paid");
            context.stop();
            assertEquals(new ArrayList<>(), complaints(), charset);
            byte[] expected = ("card ************1111 paid" + System.lineSeparator()).getBytes(charset);
            assertEquals(new String(expected, charset), new String(Files.readAllBytes(log()), charset), charset);
            assertEquals(expected.length, Files.size(log()));
            Files.delete(log());
            reset();
        }
    }

    @Test
    void whatIsWrongIsSaidAndNothingIsWritten() throws Exception {
        String within = "<encoder><pattern>%msg%n</pattern></encoder>";
        String[] wrong = {
            "<replacement>card</replacement>" + within,
            "<replacement>fixed:card 4</replacement>" + within,
            "<confidence>some</confidence>" + within,
            "<base64>yes</base64>" + within,
            "<keepLength>1</keepLength>" + within,
            "",
            "<encoder><charset>UTF-32</charset><pattern>%msg%n</pattern></encoder>",
        };
        for (String options : wrong) {
            Logger shop = withEncoder("<encoder class='io.panveil.logback.RedactingEncoder'>" + options + "</encoder>");
            shop.info("card 4111 1111 1111 1111");
            context.stop();
            assertEquals(0, Files.size(log()), options);
            assertTrue(String.join("\n", complaints()).contains("othing will be written"), options + complaints());
            reset();
        }
    }

    @Test
    void withoutTheNativeLibraryNothingIsWrittenAndTheApplicationGoesOn() throws Exception {
        String output = LogPage.runWithoutNative(WithoutNative.class, folder.toString());
        assertTrue(output.contains("nothing will be written") && output.endsWith("went on\n"), output);
        assertEquals(0, LogPage.count(output, "4111"), output);
        assertEquals(0, Files.size(log()));
    }

    /** An application whose native library is not there. */
    static final class WithoutNative {
        private WithoutNative() {}

        public static void main(String[] arguments) throws Exception {
            RedactingEncoderTest test = new RedactingEncoderTest();
            test.folder = Paths.get(arguments[0]);
            test.reset(); // or Logback's own appender stays, which writes to the console
            test.configured(LogPage.configurations("logback.xml").get(0)).info("card 4111 1111 1111 1111");
            test.context.stop();
            test.complaints().forEach(System.out::println);
            System.out.println("went on");
        }
    }

    @Test
    void aRedactorOfTheApplicationTellsItsHits() {
        List<Hit> hits = new ArrayList<>();
        try (Redactor redactor = Redactor.maskBin6Last4().onHit(hits::add).build()) {
            RedactingEncoder encoder = programmatic(redactor);
            Logger shop = context.getLogger("shop");
            LoggingEvent event = new LoggingEvent("f", shop, ch.qos.logback.classic.Level.INFO, "card {}", null,
                    new Object[] {"4111111111111111"});
            assertEquals("card 411111******1111", new String(encoder.encode(event), StandardCharsets.UTF_8));
            assertEquals(1, hits.size());
            encoder.stop();
            assertEquals(0, encoder.encode(event).length, "nothing once it has stopped");
        }
    }

    private RedactingEncoder programmatic(Redactor redactor) {
        PatternLayoutEncoder pattern = new PatternLayoutEncoder();
        pattern.setPattern("%msg");
        pattern.setCharset(StandardCharsets.UTF_8);
        RedactingEncoder encoder = new RedactingEncoder();
        encoder.setContext(context);
        encoder.setEncoder(pattern);
        encoder.setRedactor(redactor);
        encoder.start();
        return encoder;
    }

    @Test
    void anEventCostsAFewTimesItsOwnLengthInGarbage() {
        ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long self = Thread.currentThread().getId();
        RedactingEncoder encoder = programmatic(Redactor.mask().build());
        PatternLayoutEncoder plain = new PatternLayoutEncoder();
        plain.setContext(context);
        plain.setPattern("%msg");
        plain.setCharset(StandardCharsets.UTF_8);
        plain.start();
        int length = 1_000;
        LoggingEvent event = new LoggingEvent("f", context.getLogger("shop"), ch.qos.logback.classic.Level.INFO,
                LogPage.huge(length), null, null);
        long fewest = Long.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            long before = memory.getThreadAllocatedBytes(self);
            for (int i = 0; i < 500; i++) {
                encoder.encode(event);
            }
            long middle = memory.getThreadAllocatedBytes(self);
            for (int i = 0; i < 500; i++) {
                plain.encode(event);
            }
            long after = memory.getThreadAllocatedBytes(self);
            fewest = Math.min(fewest, ((middle - before) - (after - middle)) / 500);
        }
        assertTrue(fewest <= 3 * length, "beyond the encoder within: " + fewest + " bytes an event");
    }
}
