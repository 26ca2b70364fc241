package io.panveil;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;

/**
 * The jar as a program: {@code java -jar panveil.jar doctor} prints how the native library is found, {@code install --to
 * DIR} puts it into a directory, for images and hosts where nothing may be written at run time.
 */
public final class Main {
    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    private Main() {}

    /**
     * Runs the program.
     *
     * @param arguments {@code doctor}, or {@code install --to DIR}
     */
    public static void main(String[] arguments) {
        System.exit(run(arguments, System.out, System.err));
    }

    static int run(String[] arguments, PrintStream out, PrintStream err) {
        if (arguments.length == 1 && "doctor".equals(arguments[0])) {
            return doctor(out);
        }
        if (arguments.length == 3 && "install".equals(arguments[0]) && "--to".equals(arguments[1])) {
            return install(Paths.get(arguments[2]), out, err);
        }
        err.println("usage: java -jar panveil.jar doctor | install --to DIR");
        return USAGE;
    }

    private static int doctor(PrintStream out) {
        LoadReport report = Panveil.loadReport();
        out.print(report);
        out.println(report.succeeded() ? "the native library works" : "the native library cannot be loaded");
        return report.succeeded() ? DONE : FAILED;
    }

    /** Writes beside the old library and takes its place in one step: a process may have it mapped. */
    private static int install(Path folder, PrintStream out, PrintStream err) {
        String platform = Platform.name(Platform.MAPS);
        Path file = folder.resolve(System.mapLibraryName(NativeLibrary.NAME));
        Path fresh = folder.resolve("." + file.getFileName() + "." + UUID.randomUUID());
        try {
            Files.createDirectories(folder);
            try {
                Extraction.write(platform, fresh);
                // The application need not run as the user who builds the image.
                Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException refused) {
            err.println(file + ": " + refused.getMessage());
            return FAILED;
        }
        out.println(file);
        out.println("use it with -Dpanveil.native.path=" + file.toAbsolutePath());
        return DONE;
    }
}
