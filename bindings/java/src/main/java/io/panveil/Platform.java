package io.panveil;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What this JVM runs on, as the folders of native libraries in the jar are called. */
final class Platform {
    static final Path MAPS = Paths.get("/proc/self/maps");

    private Platform() {}

    /** Such as {@code linux-x86_64}, or {@code linux-aarch64-musl}. */
    static String name(Path maps) {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String shortSystem = system.startsWith("mac") ? "macos" : system.startsWith("windows") ? "windows" : system;
        return shortSystem + "-" + architecture() + (isMusl(maps) ? "-musl" : "");
    }

    private static String architecture() {
        String architecture = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        switch (architecture) {
            case "amd64":
            case "x86_64":
                return "x86_64";
            case "arm64":
            case "aarch64":
                return "aarch64";
            default:
                return architecture;
        }
    }

    /**
     * Whether this very process runs on musl: both libraries may be installed, and only one is mapped.
     *
     * @param maps {@code /proc/self/maps}
     */
    static boolean isMusl(Path maps) {
        try {
            String text = new String(Files.readAllBytes(maps), StandardCharsets.ISO_8859_1);
            return text.contains("/ld-musl-") || text.contains("/libc.musl-");
        } catch (IOException noSuchSystem) {
            return false;
        }
    }

    static List<String> muslRemedies() {
        return Arrays.asList(
                "run on an image with glibc, such as one based on Debian",
                "build the library for musl (RUSTFLAGS='-C target-feature=-crt-static' cargo build --release -p panveil-jni,"
                        + " on that image) and name it: -Dpanveil.native.path=/opt/panveil/libpanveil_jni.so",
                "install the compatibility layer (apk add gcompat libgcc) and name the library of another jar with"
                        + " -Dpanveil.native.path");
    }
}
