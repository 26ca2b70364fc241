package shop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.logging.FileHandler;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** The log of the shop: java.util.logging, one line for each entry, into one file. */
final class Log {
    static Logger toFile(String name) throws IOException {
        System.setProperty("java.util.logging.SimpleFormatter.format", "%1$tF %1$tT %4$s %5$s%6$s%n");
        Path path = Paths.get(name);
        Files.createDirectories(path.getParent());
        FileHandler file = new FileHandler(path.toString(), true);
        file.setEncoding("UTF-8");
        file.setFormatter(new SimpleFormatter());
        Logger log = Logger.getLogger("shop");
        log.setUseParentHandlers(false);
        log.addHandler(file);
        return log;
    }

    private Log() {}
}
