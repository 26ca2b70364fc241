package io.panveil;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How the native library is found, in JVMs of their own, from the jar as it is shipped. */
class LoaderTest {
    private static final String LIBRARY = System.mapLibraryName(NativeLibrary.NAME);

    /** A JVM whose home and temporary folder lie in the lab, so that nothing of this machine helps it. */
    private static Jvm jvm(Lab lab, String... options) {
        try {
            Files.createDirectories(lab.folder.resolve("tmp"));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        String[] all = new String[options.length + 2];
        all[0] = "-Duser.home=" + lab.folder.resolve("home");
        all[1] = "-Djava.io.tmpdir=" + lab.folder.resolve("tmp");
        System.arraycopy(options, 0, all, 2, options.length);
        return new Jvm(all).without("XDG_RUNTIME_DIR");
    }

    private static Path installed(Lab lab) {
        Path folder = lab.folder.resolve("lib");
        Jvm.Ended ended = jvm(lab).runJar("install", "--to", folder.toString());
        assertEquals(0, ended.code, ended.output);
        assertTrue(ended.output.contains("-Dpanveil.native.path=" + folder.resolve(LIBRARY)), ended.output);
        return folder;
    }

    @Test
    void theJarLoadsItsOwnLibraryAndLeavesNoFileBehind() throws IOException {
        try (Lab lab = Lab.empty()) {
            Jvm.Ended ended = jvm(lab).runJar("doctor");
            assertEquals(0, ended.code, ended.output);
            assertTrue(ended.output.contains("panveil 0.1.0, " + Platform.name(Platform.MAPS)), ended.output);
            assertTrue(ended.output.contains("tried " + lab.folder.resolve("home/.cache/panveil-0.1.0-")), ended.output);
            assertTrue(ended.output.endsWith("the native library works\n"), ended.output);
            try (Stream<Path> files = Files.walk(lab.folder)) {
                assertFalse(files.anyMatch(file -> file.toString().endsWith(".so")), "it is deleted once it is loaded");
            }
        }
    }

    @Test
    void anExactPathIsTheOnlyPlaceThatIsTried() throws IOException {
        try (Lab lab = Lab.empty()) {
            Path folder = installed(lab);
            Jvm.Ended works = jvm(lab, "-Dpanveil.native.path=" + folder.resolve(LIBRARY)).runJar("doctor");
            assertEquals(0, works.code, works.output);
            Path wrong = Files.write(lab.folder.resolve("wrong.so"), Lab.ascii("no library"));
            for (Path path : new Path[] {wrong, lab.folder.resolve("none.so")}) {
                Jvm.Ended ended = jvm(lab, "-Dpanveil.native.path=" + path).runJar("doctor");
                assertEquals(1, ended.code, ended.output);
                assertTrue(ended.output.contains("panveil.native.path = " + path), ended.output);
                assertFalse(ended.output.contains(".cache"), ended.output);
            }
        }
    }

    @Test
    void theLibraryPathAndTheNamedDirectoryComeBeforeTheJar() {
        try (Lab lab = Lab.empty()) {
            Path folder = installed(lab);
            Jvm.Ended path = jvm(lab, "-Djava.library.path=" + folder).runJar("doctor");
            assertTrue(path.output.contains("tried java.library.path: loaded"), path.output);
            Jvm.Ended directory = jvm(lab, "-Dpanveil.native.dir=" + folder).runJar("doctor");
            assertTrue(directory.output.contains("tried " + folder.resolve(LIBRARY) + ": loaded"), directory.output);
            Path empty = lab.folder.resolve("empty");
            Jvm.Ended made = jvm(lab, "-Dpanveil.native.dir=" + empty).runJar("doctor");
            assertTrue(made.output.contains("tried " + empty.resolve("panveil-0.1.0-")), made.output);
            assertEquals(0, made.code, made.output);
        }
    }

    @Test
    void aLibraryThatWasTamperedWithIsNotLoaded() throws IOException {
        try (Lab lab = Lab.empty()) {
            Path folder = installed(lab);
            Path library = folder.resolve(LIBRARY);
            byte[] bytes = Files.readAllBytes(library);
            bytes[bytes.length - 1] ^= 1;
            Files.write(library, bytes);
            Jvm.Ended ended = jvm(lab, "-Dpanveil.native.dir=" + folder).runJar("doctor");
            assertTrue(ended.output.contains("its SHA-256 is not the one in the jar"), ended.output);
            assertEquals(0, ended.code, "the jar's own is used: " + ended.output);
        }
    }

    @Test
    void aFolderThatOthersCanEnterIsNotUsed() throws IOException {
        try (Lab lab = Lab.empty()) {
            Jvm.Ended first = jvm(lab).runJar("doctor");
            assertEquals(0, first.code, first.output);
            Path cache = lab.folder.resolve("home/.cache");
            Path own;
            try (Stream<Path> folders = Files.list(cache)) {
                own = folders.findFirst().orElseThrow(AssertionError::new);
            }
            Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxrwx---"));
            Jvm.Ended shared = jvm(lab).runJar("doctor");
            assertTrue(shared.output.contains(own + ": others may enter it"), shared.output);
            Files.delete(own);
            Files.createSymbolicLink(own, Files.createDirectory(lab.folder.resolve("elsewhere")));
            Jvm.Ended linked = jvm(lab).runJar("doctor");
            assertTrue(linked.output.contains(own + ": it is no folder"), linked.output);
        }
    }

    @Test
    void noexecIsExplainedWithThreeRemediesInTheException() throws Exception {
        try (Lab lab = Lab.empty()) {
            Path mount = Files.createDirectory(lab.folder.resolve("noexec"));
            boolean mounted = shell("mount", "-t", "tmpfs", "-o", "noexec,mode=700", "tmpfs", mount.toString());
            if (!mounted) {
                System.out.println("noexec: skipped, because mounting a file system needs root");
            }
            assumeTrue(mounted, "mounting a file system needs root");
            try {
                Jvm.Ended ended = new Jvm("-Duser.home=" + mount, "-Djava.io.tmpdir=" + mount)
                        .without("XDG_RUNTIME_DIR")
                        .runClass("io.panveil.LoaderTest$Uses");
                assertEquals(1, ended.code, ended.output);
                assertTrue(ended.output.contains("io.panveil.NativeUnavailableException"), ended.output);
                assertTrue(ended.output.contains("remedy 1: " + mount.toRealPath() + "/.cache/panveil-0.1.0-"), ended.output);
                assertTrue(ended.output.contains("mounted noexec: name a directory"), ended.output);
                assertTrue(ended.output.contains("remedy 2: put the library there when the image is built"), ended.output);
                assertTrue(ended.output.contains("remedy 3: mount it with exec"), ended.output);
                // The first remedy works.
                Jvm.Ended remedied = new Jvm(
                                "-Duser.home=" + mount,
                                "-Djava.io.tmpdir=" + mount,
                                "-Dpanveil.native.dir=" + lab.folder.resolve("exec"))
                        .without("XDG_RUNTIME_DIR")
                        .runClass("io.panveil.LoaderTest$Uses");
                assertEquals("************1111\n", remedied.output);
            } finally {
                assertTrue(shell("umount", mount.toString()));
            }
        }
    }

    /** An application that knows nothing of the loader. */
    static final class Uses {
        private Uses() {}

        public static void main(String[] arguments) {
            System.out.println(Masked.last4(Lab.ascii("4111111111111111")));
        }
    }

    private static boolean shell(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        while (process.getInputStream().read() >= 0) {
            // What it says does not matter.
        }
        return process.waitFor() == 0;
    }

    @Test
    void muslIsKnownByWhatThisProcessHasMapped() throws IOException {
        try (Lab lab = Lab.empty()) {
            Path maps = Files.write(lab.folder.resolve("maps"), Lab.ascii(
                    "7f0000000000-7f0000001000 r-xp 00000000 08:01 1 /lib/ld-musl-x86_64.so.1\n"));
            assertTrue(Platform.isMusl(maps));
            assertTrue(Platform.name(maps).endsWith("-musl"));
            assertFalse(Platform.isMusl(Platform.MAPS), "these tests run on glibc");
            assertFalse(Platform.isMusl(lab.folder.resolve("none")));
            assertEquals(3, Platform.muslRemedies().size());
        }
    }

    @Test
    void theMountThatIsNearestDecides() throws IOException {
        try (Lab lab = Lab.empty()) {
            Path info = Files.write(lab.folder.resolve("mountinfo"), Lab.ascii(
                    "1 0 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n"
                            + "2 1 0:1 / /tmp rw,noexec,nosuid shared:1 - tmpfs tmpfs rw\n"
                            + "3 2 0:2 / /tmp/work\\040space rw - tmpfs tmpfs rw\n"
                            + "4 1 0:3 / /opt rw,noexec - tmpfs tmpfs rw\n"
                            + "5 1 0:4 / /opt rw - tmpfs tmpfs rw\n"));
            assertTrue(Mounts.isNoexec(Lab.path("/tmp"), info));
            assertTrue(Mounts.isNoexec(Lab.path("/tmp/a/b"), info));
            assertFalse(Mounts.isNoexec(Lab.path("/tmp/work space/x"), info));
            assertFalse(Mounts.isNoexec(Lab.path("/tmpfiles"), info));
            assertFalse(Mounts.isNoexec(Lab.path("/opt/x"), info));
            assertFalse(Mounts.isNoexec(Lab.path("/home"), lab.folder.resolve("none")));
        }
    }

    @Test
    void wrongUseOfTheJarIsToldAsSuch() {
        try (Lab lab = Lab.empty()) {
            for (String[] arguments : new String[][] {{}, {"help"}, {"install"}, {"install", "--in", "x"}}) {
                Jvm.Ended ended = jvm(lab).runJar(arguments);
                assertEquals(2, ended.code);
                assertTrue(ended.output.startsWith("usage: "), ended.output);
            }
        }
    }

    @Test
    void theReportIsThereWhenAllWentWell() {
        assertTrue(Panveil.isAvailable());
        assertTrue(Panveil.loadReport().succeeded());
        assertFalse(Panveil.loadReport().place().isEmpty());
        assertTrue(Panveil.loadReport().remedies().isEmpty());
        assertEquals("0.1.0", Panveil.version());
        assertThrows(UnsupportedOperationException.class, () -> Panveil.loadReport().remedies().add("x"));
    }
}
