package shop;

/** An HTML page in the making. What comes from outside is escaped. */
final class Page {
    private final StringBuilder html = new StringBuilder();

    Page(String title) {
        html.append("<!DOCTYPE html><html lang=\"ja\"><title>").append(title).append("</title>\n");
        html.append("<h1>").append(title).append("</h1>\n");
    }

    Page text(String text) {
        html.append("<p>").append(escape(text)).append("</p>\n");
        return this;
    }

    /** A form with a text field for each name; a name with `=` is a hidden field with that value. */
    Page form(String method, String action, String button, String... names) {
        html.append("<form method=\"").append(method).append("\" action=\"").append(action).append("\">");
        for (String name : names) {
            int at = name.indexOf('=');
            if (at < 0) {
                html.append("<label>").append(name).append(" <input name=\"").append(name).append("\"></label> ");
            } else {
                html.append("<input type=\"hidden\" name=\"").append(name.substring(0, at))
                    .append("\" value=\"").append(escape(name.substring(at + 1))).append("\">");
            }
        }
        html.append("<button>").append(button).append("</button></form>\n");
        return this;
    }

    Page row(String... cells) {
        html.append("<table><tr>");
        for (String cell : cells) {
            html.append("<td>").append(escape(cell)).append("</td>");
        }
        html.append("</tr></table>\n");
        return this;
    }

    @Override
    public String toString() {
        return html.toString();
    }

    private static String escape(String text) {
        return String.valueOf(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
