package shop;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.logging.Logger;

/** /order: a customer orders something and pays with a card. */
final class OrderForm {
    private final Database database;
    private final Cards cards;
    private final Acquirer acquirer;
    private final Logger log;

    OrderForm(Database database, Cards cards, Acquirer acquirer, Logger log) {
        this.database = database;
        this.cards = cards;
        this.acquirer = acquirer;
        this.log = log;
    }

    void register(Server server) {
        server.on("/order", request -> {
            if (request.isPost()) {
                place(request);
            } else {
                request.answer(200, new Page("Order")
                    .form("post", "/order", "Buy", "name", "email", "item", "amount", "number", "expiry", "code"));
            }
        });
    }

    private void place(Request request) throws Exception {
        String pan = request.field("number").replaceAll("[ -]", "");
        String name = request.field("name");
        String expiry = request.field("expiry");
        String code = request.field("code");
        int amount = Integer.parseInt(request.field("amount"));
        log.info("payment: " + name + " card " + pan + " expiry " + expiry + " code " + code + " amount " + amount);
        String approval = acquirer.authorize(pan, expiry, code, amount);
        if (approval.isEmpty()) {
            request.answer(402, new Page("Declined").text("The card was declined."));
            return;
        }
        long customer = database.insert("INSERT INTO customers (name, email) VALUES (?, ?)", name, request.field("email"));
        long card = cards.save(customer, pan, expiry, code);
        String order = database.lookUp("SELECT CONCAT('R', LPAD(NEXT VALUE FOR order_number, 8, '0'))");
        database.insert("INSERT INTO orders (id, card_id, item, amount, approval) VALUES (?, ?, ?, ?, ?)",
            order, card, request.field("item"), amount, approval);
        String receipt = order + ": " + request.field("item") + ", " + amount + " JPY, card " + Cards.mask(pan) + "\n";
        Files.write(Receipts.FOLDER.resolve(order + ".txt"), receipt.getBytes(StandardCharsets.UTF_8));
        log.info("order " + order + " approved as " + approval + " for card " + pan);
        request.answer(200, new Page("Thank you").row(order, approval));
    }
}
