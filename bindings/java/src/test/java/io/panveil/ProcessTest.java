package io.panveil;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Paths;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Whole processes: that they end by themselves, and what the JVM says about the use of its interface. */
class ProcessTest {
    @Test
    void aProcessEndsByItselfAfterItsVaultIsClosed() {
        try (Lab lab = Lab.wide()) {
            Jvm.Ended ended = new Jvm().runClass("io.panveil.ProcessTest$Application", lab.vault.toString(), "close");
            assertEquals("4111111111111111\nend of main\n", ended.output);
            assertEquals(0, ended.code);
        }
    }

    @Test
    void aProcessEndsByItselfEvenIfItForgetsToCloseAndACallbackHangs() {
        try (Lab lab = Lab.wide()) {
            Jvm.Ended ended = new Jvm().runClass("io.panveil.ProcessTest$Application", lab.vault.toString(), "forget");
            assertEquals("4111111111111111\nend of main\n", ended.output);
            assertEquals(0, ended.code);
            // What it left is whole: the next process goes on.
            try (Vault vault = lab.open()) {
                assertFalse(vault.logHasFailed());
            }
        }
    }

    /** Opens, reveals, closes or not, and returns from main without ending the JVM. */
    static final class Application {
        private Application() {}

        public static void main(String[] arguments) {
            boolean forget = arguments[1].equals("forget");
            CountDownLatch never = new CountDownLatch(1);
            AuditSink sink = records -> {
                if (forget) {
                    never.await();
                }
            };
            VaultOptions options = Lab.options()
                    .clock(System::currentTimeMillis)
                    .auditSink("copy", sink, !forget, Duration.ofSeconds(3));
            Vault vault = Vault.open(Paths.get(arguments[0]), options);
            String handle = vault.tokenizer("checkout").tokenize(Lab.ascii("4111111111111111"), Layout.AUTO).handle();
            System.out.println(Lab.reveal(vault, Lab.alice(vault), Lab.ask(handle)));
            if (!forget) {
                vault.close();
            }
            System.out.println("end of main");
        }
    }

    @Test
    void ac60TheJvmsOwnChecksOfItsInterfaceFindNothing() {
        try (Lab lab = Lab.empty()) {
            Jvm.Ended ended = new Jvm("-Xcheck:jni", "-XX:+CheckJNICalls", "--enable-native-access=ALL-UNNAMED")
                    .runClass("io.panveil.Exercise", lab.folder.toString());
            assertEquals("exercised\n", ended.output);
            assertEquals(0, ended.code);
        }
    }
}
