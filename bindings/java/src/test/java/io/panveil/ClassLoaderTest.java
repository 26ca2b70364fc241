package io.panveil;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Enumeration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.commons.ClassRemapper;
import org.objectweb.asm.commons.Remapper;

/** The library in more than one class loader, and under another name. */
class ClassLoaderTest {
    private static final int GC_ROUNDS = 200;

    private static Path testClasses() throws Exception {
        return Paths.get(Exercise.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    /** As a servlet container does: a loader of its own for each deployment, that shares nothing with the others. */
    private static URLClassLoader deployment(Path... entries) throws Exception {
        URL[] urls = new URL[entries.length];
        for (int i = 0; i < entries.length; i++) {
            urls[i] = entries[i].toUri().toURL();
        }
        return new URLClassLoader(urls, ClassLoader.getSystemClassLoader().getParent());
    }

    private static void exercise(ClassLoader loader, Path folder) throws Exception {
        Class<?> exercise = Class.forName("io.panveil.Exercise", true, loader);
        assertNotSame(Exercise.class, exercise);
        exercise.getMethod("main", String[].class).invoke(null, (Object) new String[] {folder.toString()});
    }

    @Test
    void severalDeploymentsAtTheSameTimeEachHaveTheirOwn() throws Exception {
        int deployments = 4;
        ExecutorService threads = Executors.newFixedThreadPool(deployments);
        CountDownLatch together = new CountDownLatch(deployments);
        try (Lab lab = Lab.empty()) {
            Future<?>[] futures = new Future<?>[deployments];
            for (int i = 0; i < deployments; i++) {
                futures[i] = threads.submit(() -> {
                    try (URLClassLoader loader = deployment(Jvm.jar(), testClasses())) {
                        together.countDown();
                        together.await();
                        exercise(loader, lab.folder);
                    }
                    return null;
                });
            }
            for (Future<?> future : futures) {
                future.get(100, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void aDeploymentThatIsTakenDownIsCollectedAndCanComeAgain() throws Exception {
        try (Lab lab = Lab.empty()) {
            for (int deployment = 0; deployment < 3; deployment++) {
                WeakReference<ClassLoader> gone = deployAndForget(lab.folder);
                for (int round = 0; round < GC_ROUNDS && gone.get() != null; round++) {
                    System.gc();
                    Thread.getAllStackTraces().keySet().stream()
                            .filter(thread -> thread.getName().startsWith("panveil"))
                            .forEach(ClassLoaderTest::joinShortly);
                }
                assertNull(gone.get(), "nothing of the library holds the class loader");
            }
        }
    }

    private static void joinShortly(Thread thread) {
        try {
            thread.join(50);
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    private static WeakReference<ClassLoader> deployAndForget(Path folder) throws Exception {
        URLClassLoader loader = deployment(Jvm.jar(), testClasses());
        exercise(loader, folder);
        loader.close();
        return new WeakReference<>(loader);
    }

    @Test
    void aShadedAndRelocatedCopyWorks() throws Exception {
        try (Lab lab = Lab.empty()) {
            Path shaded = lab.folder.resolve("shaded.jar");
            try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(shaded))) {
                relocate(Jvm.jar(), out);
                Path folder = testClasses().resolve("io/panveil");
                for (String name : new String[] {"Exercise"}) {
                    out.putNextEntry(new JarEntry("shaded/acme/" + name + ".class"));
                    out.write(renamed(Files.readAllBytes(folder.resolve(name + ".class"))));
                }
            }
            Jvm.Ended ended = new Jvm("-Xcheck:jni", "--enable-native-access=ALL-UNNAMED")
                    .classPath(shaded)
                    .runClass("shaded.acme.Exercise", lab.folder.toString());
            assertEquals("exercised\n", ended.output);
            assertEquals(0, ended.code);
            // Beside the original, in one JVM.
            try (URLClassLoader loader = deployment(shaded)) {
                Class<?> exercise = Class.forName("shaded.acme.Exercise", true, loader);
                exercise.getMethod("main", String[].class).invoke(null, (Object) new String[] {lab.folder.toString()});
            }
            assertTrue(Panveil.isAvailable());
        }
    }

    private static void relocate(Path jar, JarOutputStream out) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            for (Enumeration<JarEntry> entries = file.entries(); entries.hasMoreElements(); ) {
                JarEntry entry = entries.nextElement();
                if (entry.isDirectory() || entry.getName().equals(JarFile.MANIFEST_NAME)) {
                    continue;
                }
                byte[] bytes;
                try (InputStream in = file.getInputStream(entry)) {
                    bytes = whole(in);
                }
                boolean isClass = entry.getName().endsWith(".class");
                out.putNextEntry(new JarEntry(entry.getName().replace("io/panveil/", "shaded/acme/")));
                out.write(isClass ? renamed(bytes) : bytes);
            }
        }
    }

    private static byte[] whole(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] part = new byte[8192];
        for (int read = in.read(part); read >= 0; read = in.read(part)) {
            bytes.write(part, 0, read);
        }
        return bytes.toByteArray();
    }

    /** The class in the other package, its strings too, as the shade plugin does. */
    private static byte[] renamed(byte[] bytes) {
        ClassWriter writer = new ClassWriter(0);
        Remapper remapper = new Remapper(Opcodes.ASM9) {
            @Override
            public String map(String name) {
                return name.replace("io/panveil/", "shaded/acme/");
            }

            @Override
            public Object mapValue(Object value) {
                return value instanceof String
                        ? ((String) value).replace("io.panveil", "shaded.acme").replace("io/panveil", "shaded/acme")
                        : super.mapValue(value);
            }
        };
        new ClassReader(bytes).accept(new ClassRemapper(writer, remapper), 0);
        return writer.toByteArray();
    }
}
