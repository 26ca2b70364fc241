package shop;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The stored cards. */
final class Cards {
    /** A card as the admin screen lists it. */
    static final class Row {
        final long id;
        final String name;
        final String masked;
        final String expiry;

        Row(ResultSet found) throws SQLException {
            id = found.getLong("id");
            name = found.getString("name");
            masked = found.getString("masked");
            expiry = found.getString("expiry");
        }
    }

    private final Database database;

    Cards(Database database) {
        this.database = database;
    }

    /** Stores a card of a customer and returns its id. */
    long save(long customer, String pan, String expiry, String securityCode) throws SQLException {
        return database.insert("INSERT INTO cards (customer_id, pan, masked, expiry, security_code) VALUES (?, ?, ?, ?, ?)",
            customer, pan, mask(pan), expiry, securityCode);
    }

    /** The cards whose mask or customer's name is this one, at most 100. */
    List<Row> search(String text) throws SQLException {
        try (Connection connection = database.connect();
             PreparedStatement select = connection.prepareStatement(
                 "SELECT cards.id, name, masked, expiry FROM cards JOIN customers ON customers.id = customer_id"
                     + " WHERE masked = ? OR name = ? ORDER BY cards.id LIMIT 100")) {
            select.setString(1, text);
            select.setString(2, text);
            List<Row> rows = new ArrayList<>();
            for (ResultSet found = select.executeQuery(); found.next();) {
                rows.add(new Row(found));
            }
            return rows;
        }
    }

    /** The number of a stored card; empty if there is no such card. */
    String number(long id) throws SQLException {
        return database.lookUp("SELECT pan FROM cards WHERE id = ?", id);
    }

    static String mask(String pan) {
        return pan.replaceAll("(?<=.{6}).(?=.{4})", "*");
    }
}
