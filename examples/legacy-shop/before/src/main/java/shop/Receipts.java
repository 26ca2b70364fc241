package shop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;

/** /receipt: the receipt of an order as a file. The name is not checked: `..` leads out of the folder. */
final class Receipts {
    static final Path FOLDER = Paths.get("receipts");

    void register(Server server) throws IOException {
        Files.createDirectories(FOLDER);
        server.on("/receipt", request -> {
            Path file = FOLDER.resolve(request.field("file"));
            if (Files.isRegularFile(file)) {
                request.answer(200, "application/octet-stream", Files.readAllBytes(file));
            } else {
                request.answer(404, new Page("Receipt").text("There is no such receipt."));
            }
        });
    }
}
