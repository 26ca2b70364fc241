package io.panveil;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;

/**
 * Finds and loads the native library, once for each class loader. In this order:
 *
 * <ol>
 *   <li>{@code panveil.native.path}: this very file, and no other;
 *   <li>{@code java.library.path}, as {@link System#loadLibrary} does;
 *   <li>{@code panveil.native.dir}: the file in it that {@code install} put there, or else one made from the jar;
 *   <li>made from the jar, in {@code $XDG_RUNTIME_DIR} or {@code ~/.cache}, in a folder that only this user can enter;
 *   <li>likewise in {@code java.io.tmpdir}.
 * </ol>
 *
 * <p>A file that was made is deleted once it is loaded, so that nothing fills up the disk. Nothing here is thrown out of a
 * static initialiser: what went wrong is kept, and told at every use.
 */
final class NativeLibrary {
    static final String NAME = "panveil_jni";

    private static final String CLASS_PROPERTY = "panveil.native.class";
    /** One for the whole JVM, whatever class loaders and shaded copies there are: interned, and in no package. */
    private static final Object JVM_LOCK = "panveil: one library at a time".intern();

    private static volatile LoadReport report;
    private static volatile boolean loaded;

    private final LoadReport attempts = new LoadReport();
    private final String platform = Platform.name(Platform.MAPS);

    private NativeLibrary() {}

    static boolean isLoaded() {
        return loaded;
    }

    /** Loads the library, if that was not tried yet. Throws nothing. */
    static LoadReport load() {
        LoadReport known = report;
        if (known != null) {
            return known;
        }
        synchronized (JVM_LOCK) {
            if (report == null) {
                LoadReport fresh = new NativeLibrary().tryAll();
                loaded = fresh.succeeded();
                report = fresh;
            }
            return report;
        }
    }

    private LoadReport tryAll() {
        attempts.fact("panveil " + BuildInfo.version() + ", " + platform + ", Java "
                + System.getProperty("java.version") + " of " + System.getProperty("java.vendor"));
        String exact = System.getProperty("panveil.native.path");
        if (exact != null) {
            // Who names a file wants that file, not one from elsewhere.
            tryFile(Paths.get(exact), "panveil.native.path = " + exact);
        } else if (!tryLibraryPath() && !tryInstalled()) {
            tryJar();
        }
        if (!attempts.succeeded() && Platform.isMusl(Platform.MAPS)) {
            attempts.remedies(Platform.muslRemedies());
        }
        return attempts;
    }

    private boolean tryLibraryPath() {
        return attempt("java.library.path", () -> System.loadLibrary(NAME));
    }

    /** What {@code install} put into {@code panveil.native.dir}. */
    private boolean tryInstalled() {
        String folder = System.getProperty("panveil.native.dir");
        if (folder == null) {
            return false;
        }
        Path file = Paths.get(folder, System.mapLibraryName(NAME));
        if (!Files.exists(file)) {
            return false;
        }
        return attempt(file.toString(), () -> {
            Extraction.verify(platform, file);
            System.load(file.toAbsolutePath().toString());
        });
    }

    private void tryJar() {
        String digest;
        try {
            digest = Extraction.expectedDigest(platform);
        } catch (IOException unreadable) {
            attempts.failed("the jar", unreadable);
            return;
        }
        if (digest.isEmpty()) {
            attempts.skipped("the jar", "it has no library for " + platform);
            attempts.remedies(Arrays.asList(
                    "build it there: cargo build --release -p panveil-jni, and name it with -Dpanveil.native.path"));
            return;
        }
        String own = "panveil-" + BuildInfo.version() + "-" + digest.substring(0, 16);
        String named = System.getProperty("panveil.native.dir");
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        String home = System.getProperty("user.home", "");
        String user = System.getProperty("user.name", "").replaceAll("[^A-Za-z0-9]", "_");
        Path[] folders = {
            named == null ? null : Paths.get(named, own),
            runtime == null ? null : Paths.get(runtime, own),
            home.isEmpty() || "?".equals(home) ? null : Paths.get(home, ".cache", own),
            Paths.get(System.getProperty("java.io.tmpdir", "/tmp"), own + "-" + user),
        };
        for (Path folder : folders) {
            if (folder != null && tryFolder(folder)) {
                return;
            }
        }
    }

    private boolean tryFolder(Path folder) {
        return attempt(folder.toString(), () -> {
            Path real = Extraction.privateFolder(folder);
            Path file = Extraction.extract(platform, real);
            try {
                System.load(file.toString());
            } catch (UnsatisfiedLinkError refused) {
                if (Mounts.isNoexec(real, Mounts.MOUNTINFO)) {
                    attempts.remedies(Mounts.remedies(real));
                }
                throw refused;
            } finally {
                Files.deleteIfExists(file);
            }
        });
    }

    private boolean tryFile(Path file, String place) {
        return attempt(place, () -> {
            Path real = file.toRealPath();
            try {
                System.load(real.toString());
            } catch (UnsatisfiedLinkError refused) {
                if (Mounts.isNoexec(real.getParent(), Mounts.MOUNTINFO)) {
                    attempts.remedies(Mounts.remedies(real.getParent()));
                }
                throw refused;
            }
        });
    }

    /** What may fail in any way. */
    private interface Load {
        void run() throws IOException;
    }

    /** Runs one attempt and the handshake after it. A link error is no {@link Exception}; all of them are caught. */
    private boolean attempt(String place, Load load) {
        String before = System.getProperty(CLASS_PROPERTY);
        System.setProperty(CLASS_PROPERTY, Native.class.getName());
        try {
            load.run();
            long abi = Native.abi();
            if (abi != Native.ABI) {
                throw new UnsatisfiedLinkError("it is of another version: " + abi + ", not " + Native.ABI);
            }
            attempts.succeeded(place);
            return true;
        } catch (Exception | LinkageError refused) {
            attempts.failed(place, refused);
            return false;
        } finally {
            if (before == null) {
                System.clearProperty(CLASS_PROPERTY);
            } else {
                System.setProperty(CLASS_PROPERTY, before);
            }
        }
    }
}
