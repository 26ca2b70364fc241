package shop;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
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
        String expiry = request.field("expiry");
        String code = request.field("code");
        int amount = Integer.parseInt(request.field("amount"));
        log.info("payment: " + request.field("name") + " card " + pan + " expiry " + expiry + " code " + code + " amount " + amount);
        String approval = acquirer.authorize(pan, expiry, code, amount);
        if (approval.isEmpty()) {
            request.answer(402, new Page("Declined").text("The card was declined."));
            return;
        }
        long customer = saveCustomer(request.field("name"), request.field("email"));
        long card = cards.save(customer, pan, expiry, code);
        String order = saveOrder(card, request.field("item"), amount, approval);
        String receipt = order + ": " + request.field("item") + ", " + amount + " JPY, card " + Cards.mask(pan) + "\n";
        Files.write(Receipts.FOLDER.resolve(order + ".txt"), receipt.getBytes(StandardCharsets.UTF_8));
        log.info("order " + order + " approved as " + approval + " for card " + pan);
        request.answer(200, new Page("Thank you").row(order, approval));
    }

    private long saveCustomer(String name, String email) throws SQLException {
        try (Connection connection = database.connect();
             PreparedStatement insert = connection.prepareStatement(
                 "INSERT INTO customers (name, email) VALUES (?, ?)", Statement.RETURN_GENERATED_KEYS)) {
            insert.setString(1, name);
            insert.setString(2, email);
            insert.executeUpdate();
            ResultSet keys = insert.getGeneratedKeys();
            keys.next();
            return keys.getLong(1);
        }
    }

    private String saveOrder(long card, String item, int amount, String approval) throws SQLException {
        try (Connection connection = database.connect(); Statement statement = connection.createStatement();
             PreparedStatement insert = connection.prepareStatement(
                 "INSERT INTO orders (id, card_id, item, amount, approval) VALUES (?, ?, ?, ?, ?)")) {
            ResultSet next = statement.executeQuery("VALUES NEXT VALUE FOR order_number");
            next.next();
            String order = String.format("R%08d", next.getLong(1));
            insert.setString(1, order);
            insert.setLong(2, card);
            insert.setString(3, item);
            insert.setInt(4, amount);
            insert.setString(5, approval);
            insert.executeUpdate();
            return order;
        }
    }
}
