package io.panveil;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.List;

/** Whether files of a directory may be mapped for execution. */
final class Mounts {
    static final Path MOUNTINFO = Paths.get("/proc/self/mountinfo");

    private Mounts() {}

    /**
     * Whether the directory lies on a file system that is mounted {@code noexec}.
     *
     * @param directory an existing directory, without symbolic links
     * @param mountinfo {@code /proc/self/mountinfo}
     */
    static boolean isNoexec(Path directory, Path mountinfo) {
        List<String> lines;
        try {
            lines = Files.readAllLines(mountinfo, StandardCharsets.ISO_8859_1);
        } catch (IOException noSuchSystem) {
            return false;
        }
        Path longest = null;
        boolean noexec = false;
        for (String line : lines) {
            // 36 35 98:0 /root /mount/point rw,noexec shared:1 - tmpfs tmpfs rw
            String[] parts = line.split(" ");
            if (parts.length < 6) {
                continue;
            }
            Path mount = Paths.get(unescape(parts[4]));
            // Of two on one point the later one hides the earlier.
            boolean closer = longest == null || mount.getNameCount() >= longest.getNameCount();
            if (directory.startsWith(mount) && closer) {
                longest = mount;
                noexec = Arrays.asList(parts[5].split(",")).contains("noexec");
            }
        }
        return noexec;
    }

    /** Blanks and the like are written as octal numbers. */
    private static String unescape(String text) {
        return text.replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n").replace("\\134", "\\");
    }

    static List<String> remedies(Path directory) {
        return Arrays.asList(
                directory + " is mounted noexec: name a directory that is not, -Dpanveil.native.dir=/opt/panveil",
                "put the library there when the image is built: java -jar panveil.jar install --to /opt/panveil, and"
                        + " -Dpanveil.native.path=/opt/panveil/libpanveil_jni.so",
                "mount it with exec, such as docker run --tmpfs " + directory + ":exec");
    }
}
