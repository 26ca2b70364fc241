package io.panveil.log4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.panveil.Hit;
import io.panveil.LogPage;
import io.panveil.Redactor;
import java.io.ByteArrayInputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.ThreadContext;
import org.apache.logging.log4j.core.Layout;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AppenderLoggingException;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.config.xml.XmlConfiguration;
import org.apache.logging.log4j.core.impl.LocationAware;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.apache.logging.log4j.message.SimpleMessage;
import org.apache.logging.log4j.status.StatusData;
import org.apache.logging.log4j.status.StatusListener;
import org.apache.logging.log4j.status.StatusLogger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Log4j itself, configured as docs/java-logging.md says. */
class RedactingLayoutTest {
    private final List<String> complaints = new ArrayList<>();
    private final StatusListener listener = new StatusListener() {
        @Override
        public void log(StatusData data) {
            synchronized (complaints) {
                complaints.add(data.getMessage().getFormattedMessage());
            }
        }

        @Override
        public Level getStatusLevel() {
            return Level.WARN;
        }

        @Override
        public void close() {}
    };
    private LoggerContext context;

    @TempDir
    Path folder;

    @BeforeEach
    void listen() {
        System.setProperty("LOG_DIR", folder.toString());
        StatusLogger.getLogger().registerListener(listener);
    }

    @AfterEach
    void reset() {
        if (context != null) {
            context.stop();
        }
        StatusLogger.getLogger().removeListener(listener);
        System.clearProperty("LOG_DIR");
        ThreadContext.clearAll();
    }

    private Logger configured(String xml) throws Exception {
        context = new LoggerContext("test");
        byte[] bytes = xml.getBytes(StandardCharsets.UTF_8);
        context.start(new XmlConfiguration(context, new ConfigurationSource(new ByteArrayInputStream(bytes))));
        return context.getLogger("shop");
    }

    /** With another layout in place of the first page's. */
    private Logger withLayout(String layout) throws Exception {
        String page = LogPage.configurations("log4j2.xml").get(0);
        String changed = page.replaceAll("(?s)<RedactingLayout>.*</RedactingLayout>", layout);
        assertTrue(!changed.equals(page) && changed.contains(layout));
        return configured(changed);
    }

    private Path log() {
        return folder.resolve("shop.log");
    }

    @Test
    void manyThreadsLogThroughAnAsynchronousAppenderAndNoNumberComesOut() throws Exception {
        checkManyThreads(0, "card=************0004", "************1111 for order");
    }

    @Test
    void manyThreadsLogThroughAsynchronousLoggersAndNoNumberComesOut() throws Exception {
        String text = checkManyThreads(1, "card=[card]", "[card] for order");
        // The layout within has %L: it is asked for through the one around it.
        assertTrue(text.contains("WARN  RedactingLayoutTest:"), text.substring(0, 1000));
        assertFalse(text.contains(":? declined"), "each event knows its line");
    }

    private String checkManyThreads(int page, String map, String message) throws Exception {
        Logger shop = configured(LogPage.configurations("log4j2.xml").get(page));
        LogPage.together((thread, event) -> {
            ThreadContext.put("card", "5500 0000 0000 0004");
            shop.warn("declined {} for order {}", "4111-1111-1111-1111", "o" + thread + "." + event, LogPage.fault());
        });
        context.stop();
        assertEquals(new ArrayList<>(), complaints);
        String text = LogPage.clean(log(), StandardCharsets.UTF_8, map, "bad card ", " declined", "For input string: \"",
                "\tat io.panveil.LogPage.fault(LogPage.java");
        assertEquals(LogPage.THREADS * LogPage.EVENTS, LogPage.count(text, "declined " + message + " o"));
        for (int thread = 0; thread < LogPage.THREADS; thread++) {
            for (int event = 0; event < LogPage.EVENTS; event++) {
                assertEquals(1, LogPage.count(text, " for order o" + thread + "." + event + " "), "each event stands there once");
            }
        }
        return text;
    }

    @Test
    void aHugeEventComesOutWhole() throws Exception {
        Logger shop = configured(LogPage.configurations("log4j2.xml").get(0));
        shop.info(LogPage.huge(6_000_000));
        shop.info("after it");
        context.stop();
        String text = LogPage.clean(log(), StandardCharsets.UTF_8, "x card ************1111 behind it all", "after it");
        assertTrue(text.length() > 6_000_000);
    }

    @Test
    void anyCharsetIsThatOfTheLayoutWithin() throws Exception {
        for (String charset : new String[] {"UTF-8", "UTF-16LE", "UTF-32", "IBM037", "Shift_JIS", "ISO-2022-JP"}) {
            Logger shop = withLayout("<RedactingLayout><PatternLayout charset='" + charset
                    + "' header='card 5500000000000004;' pattern='%m;'/></RedactingLayout>");
            shop.info("card 4111 1111 1111 1111 paid");
            context.stop();
            assertEquals(new ArrayList<>(), complaints, charset);
            assertEquals("card ************0004;card ************1111 paid;", new String(Files.readAllBytes(log()), charset), charset);
            Files.delete(log());
        }
    }

    @Test
    void whatIsCompressedWithinIsRedactedBefore() throws Exception {
        Logger shop = withLayout("<RedactingLayout><GelfLayout compressionThreshold='0'/></RedactingLayout>");
        shop.info("card 4111 1111 1111 1111 paid", LogPage.fault());
        context.stop();
        LogPage.clean(log(), StandardCharsets.UTF_8, "card ************1111 paid", "bad card ***********0005");
    }

    @Test
    void whatIsWrongIsSaidAndNothingIsWritten() throws Exception {
        String within = "><PatternLayout pattern='%m%n'/></RedactingLayout>";
        String[] wrong = {
            "<RedactingLayout replacement='card'" + within,
            "<RedactingLayout replacement='fixed:card 4'" + within,
            "<RedactingLayout confidence='some'" + within,
            "<RedactingLayout base64='yes'" + within,
            "<RedactingLayout keepLength='1'" + within,
            "<RedactingLayout/>",
            "<RedactingLayout><MessageLayout/></RedactingLayout>",
        };
        for (String layout : wrong) {
            complaints.clear();
            Logger shop = withLayout(layout);
            shop.info("card 4111 1111 1111 1111");
            context.stop();
            assertEquals(0, Files.size(log()), layout);
            assertTrue(String.join("\n", complaints).contains("nothing will be written"), layout + complaints);
        }
        LogEvent event = event("card 4111 1111 1111 1111");
        Layout<String> refusing = RedactingLayout.newBuilder().build();
        assertThrows(AppenderLoggingException.class, () -> refusing.toSerializable(event));
        assertThrows(AppenderLoggingException.class, () -> refusing.toByteArray(event));
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
            System.setProperty("LOG_DIR", arguments[0]);
            RedactingLayoutTest test = new RedactingLayoutTest();
            test.configured(LogPage.configurations("log4j2.xml").get(0)).info("card 4111 1111 1111 1111");
            test.context.stop();
            System.out.println("went on");
        }
    }

    @Test
    void theLineOfAnEventIsAskedForOnlyWhereTheLayoutWithinWritesIt() {
        for (String pattern : new String[] {"%m", "%L %m"}) {
            PatternLayout within = PatternLayout.newBuilder().setPattern(pattern).build();
            LocationAware layout = RedactingLayout.newBuilder().setLayout(within).build();
            assertEquals(pattern.contains("%L"), layout.requiresLocation());
        }
    }

    @Test
    void aRedactorOfTheApplicationTellsItsHits() {
        List<Hit> hits = new ArrayList<>();
        PatternLayout within = PatternLayout.newBuilder().setPattern("%m").setCharset(StandardCharsets.UTF_8).build();
        Redactor redactor = Redactor.maskBin6Last4().onHit(hits::add).build();
        RedactingLayout layout = RedactingLayout.of(within, redactor);
        assertEquals("card 411111******1111", layout.toSerializable(event("card 4111111111111111")));
        assertEquals("card 411111******1111", new String(layout.toByteArray(event("card 4111111111111111")), StandardCharsets.UTF_8));
        assertEquals(2, hits.size());
        redactor.close();
        assertThrows(IllegalStateException.class, () -> layout.toByteArray(event("card 4111111111111111")));
    }

    private static LogEvent event(String message) {
        return Log4jLogEvent.newBuilder().setLoggerName("shop").setLevel(Level.INFO).setMessage(new SimpleMessage(message)).build();
    }

    @Test
    void anEventCostsAFewTimesItsOwnLengthInGarbage() {
        ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long self = Thread.currentThread().getId();
        PatternLayout within = PatternLayout.newBuilder().setPattern("%m").setCharset(StandardCharsets.UTF_8).build();
        RedactingLayout layout = RedactingLayout.of(within, Redactor.mask().build());
        int length = 1_000;
        LogEvent event = event(LogPage.huge(length));
        long fewest = Long.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            long before = memory.getThreadAllocatedBytes(self);
            for (int i = 0; i < 500; i++) {
                layout.toByteArray(event);
            }
            fewest = Math.min(fewest, (memory.getThreadAllocatedBytes(self) - before) / 500);
        }
        assertTrue(fewest <= 8 * length, fewest + " bytes an event");
    }
}
