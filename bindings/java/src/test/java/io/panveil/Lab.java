package io.panveil;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A vault for a test, in a folder of its own. */
final class Lab implements AutoCloseable {
    static final byte[] PASSPHRASE = ascii("seven wet herons by the lock gate");
    static final String ORIGIN = "10.0.0.5";

    /** Card numbers that no bank issues (published test numbers). */
    static final List<String> CARDS = Arrays.asList(
            "4111111111111111",
            "5555555555554444",
            "378282246310005",
            "3530111333300000",
            "6011111111111117",
            "4012888888881881",
            "5105105105105100",
            "30569309025904");

    private static final String POLICY = "version = 1\n[[rule]]\nname = \"desk\"\nkind = \"person\"\n"
            + "roles = [\"chargeback\"]\npurposes = [\"chargeback\"]\nfields = [\"pan\", \"name\"]\n"
            + "case = \"CB-[0-9]+\"\nbudget = { handles = 100000, window = \"10m\" }\n";

    final Path folder;
    final Path vault;

    private Lab() {
        try {
            folder = Files.createTempDirectory("panveil-test");
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        vault = folder.resolve("vault");
    }

    /** An empty folder. */
    static Lab empty() {
        return new Lab();
    }

    /** A dev vault as the library makes it, with 20 handles in ten minutes. */
    static Lab fresh() {
        Lab lab = new Lab();
        Vault.create(lab.vault, options(), Environment.DEV);
        return lab;
    }

    /** A dev vault with a budget that no test exhausts. */
    static Lab wide() {
        Lab lab = fresh();
        lab.write("policy.toml", POLICY);
        return lab;
    }

    /** A copy of the golden vault. */
    static Lab golden() {
        Lab lab = new Lab();
        copy(root().resolve("vectors/vault_v1"), lab.vault);
        lab.write("policy.toml", POLICY.replace("case = \"CB-[0-9]+\"\n", ""));
        return lab;
    }

    /** The checkout. */
    static Path root() {
        return Paths.get(System.getProperty("panveil.root", "../.."));
    }

    static VaultOptions options() {
        return VaultOptions.passphrase(PASSPHRASE).application("shop");
    }

    Vault open() {
        return Vault.open(vault, options());
    }

    void write(String name, String text) {
        try {
            Files.write(vault.resolve(name), text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    static Path path(String text) {
        return Paths.get(text);
    }

    /** The lines of a file in this lab's folder. */
    List<String> lines(String name) {
        try {
            return Files.readAllLines(folder.resolve(name));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** All text of the vault's audit log. */
    String log() {
        try (Stream<Path> files = Files.list(vault.resolve("audit"))) {
            List<Path> logs = files.filter(file -> file.toString().endsWith(".jsonl")).collect(Collectors.toList());
            StringBuilder text = new StringBuilder();
            for (Path log : logs) {
                text.append(new String(Files.readAllBytes(log), StandardCharsets.UTF_8).replace("\0", ""));
            }
            return text.toString();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    static Session alice(Vault vault) {
        return vault.gate().session(vault.testIdentity("alice", Arrays.asList("chargeback"), true), ORIGIN);
    }

    static RevealRequest ask(String handle) {
        return RevealRequest.handle(handle).purpose("chargeback").caseReference("CB-1042").origin(ORIGIN).build();
    }

    static String reveal(Vault vault, Session who, RevealRequest request) {
        try (Revealed value = vault.gate().reveal(who, request)) {
            return value.mapBytes(bytes -> new String(bytes, StandardCharsets.UTF_8));
        }
    }

    /** The status of what is refused. */
    static Status refused(Runnable call) {
        try {
            call.run();
        } catch (CardDataException refused) {
            return refused.status();
        }
        return Status.OK;
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    static void copy(Path from, Path to) {
        try {
            Files.walkFileTree(from, new SimpleFileVisitor<Path>() {
                @Override
                public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) throws IOException {
                    Files.createDirectories(to.resolve(from.relativize(dir).toString()));
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.copy(file, to.resolve(from.relativize(file).toString()));
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void close() {
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<Path>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path dir, IOException failed) throws IOException {
                    Files.delete(dir);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
