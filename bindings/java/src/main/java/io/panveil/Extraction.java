package io.panveil;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;

/** Brings the library out of the jar into a file that nobody else can have touched. */
final class Extraction {
    private static final FileAttribute<Set<PosixFilePermission>> FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<Set<PosixFilePermission>> FILE = FOLDER;
    private static final int BUFFER = 1 << 16;

    private Extraction() {}

    /** The SHA-256 that the jar gives for its library, in hexadecimal; empty if there is none for the platform. */
    static String expectedDigest(String platform) throws IOException {
        try (InputStream in = BuildInfo.resource(platform + "/sha256")) {
            if (in == null) {
                return "";
            }
            byte[] text = new byte[64];
            int length = 0;
            for (int read = 0; read >= 0 && length < text.length; length += read) {
                read = in.read(text, length, text.length - length);
                if (read < 0) {
                    break;
                }
            }
            return Digits.text(text);
        }
    }

    /**
     * Writes the library to a new file of a name that no other load uses: a second class loader needs a file of its own,
     * and nobody ever sees a half-written one.
     *
     * @param folder a private folder
     * @return the file
     */
    static Path extract(String platform, Path folder) throws IOException {
        String name = System.mapLibraryName(NativeLibrary.NAME + "-" + UUID.randomUUID());
        Path file = folder.resolve(name);
        boolean whole = false;
        try {
            write(platform, file);
            whole = true;
        } finally {
            if (!whole) {
                Files.deleteIfExists(file);
            }
        }
        return file;
    }

    /** Writes the library to {@code file}, which must not exist, for its owner alone, and checks what stands there then. */
    static void write(String platform, Path file) throws IOException {
        Set<StandardOpenOption> fresh = EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        String library = platform + "/" + System.mapLibraryName(NativeLibrary.NAME);
        try (InputStream in = BuildInfo.resource(library)) {
            if (in == null) {
                throw new IOException("this jar has no library for " + platform);
            }
            try (FileChannel out = FileChannel.open(file, fresh, FILE)) {
                byte[] buffer = new byte[BUFFER];
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    ByteBuffer part = ByteBuffer.wrap(buffer, 0, read);
                    while (part.hasRemaining()) {
                        out.write(part);
                    }
                }
            }
        }
        verify(platform, file);
    }

    /** Compares a file with the digest in the jar. */
    static void verify(String platform, Path file) throws IOException {
        if (!digest(file).equals(expectedDigest(platform))) {
            throw new IOException("its SHA-256 is not the one in the jar");
        }
    }

    /**
     * Makes a folder that only this user can enter, or checks that one is.
     *
     * @return the folder without symbolic links
     */
    static Path privateFolder(Path folder) throws IOException {
        Path parent = folder.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        try {
            Files.createDirectory(folder, FOLDER);
        } catch (FileAlreadyExistsException there) {
            refuseShared(folder);
        }
        return folder.toRealPath();
    }

    private static void refuseShared(Path folder) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("it is no folder");
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS);
        permissions.removeAll(PosixFilePermissions.fromString("rwx------"));
        if (!permissions.isEmpty()) {
            throw new IOException("others may enter it");
        }
        if (!Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).equals(self(folder))) {
            throw new IOException("it belongs to somebody else");
        }
    }

    /** Who we are for the file system, root with another name included: the owner of a file made just now. */
    private static UserPrincipal self(Path folder) throws IOException {
        Path probe = Files.createTempFile(folder, "owner", null, FILE);
        try {
            return Files.getOwner(probe, LinkOption.NOFOLLOW_LINKS);
        } finally {
            Files.delete(probe);
        }
    }

    private static String digest(Path file) throws IOException {
        MessageDigest sha256;
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyPlatformHasIt) {
            throw new IOException("this JVM has no SHA-256");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[BUFFER];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                sha256.update(buffer, 0, read);
            }
        }
        StringBuilder text = new StringBuilder();
        for (byte value : sha256.digest()) {
            text.append(Character.forDigit((value >> 4) & 0x0f, 16)).append(Character.forDigit(value & 0x0f, 16));
        }
        return text.toString();
    }
}
