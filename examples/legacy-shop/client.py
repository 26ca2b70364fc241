"""Speaks HTTP with the shop as a browser would, from an address of its own on the loopback network."""

import html
import http.client
import re
import threading
import urllib.parse

MOST_REQUESTS = 20_000


class Shop:
    """A visitor. What was sent back is in the answers; every request counts, and there is an end to them."""

    def __init__(self, port, address="127.0.0.1", session=""):
        self.port, self.address, self.session = port, address, session
        self.requests = 0
        self._own = threading.local()  # a connection for each thread

    def get(self, path, **fields):
        return self._ask("GET", path + ("?" + urllib.parse.urlencode(fields) if fields else ""), None)

    def post(self, path, **fields):
        return self._ask("POST", path, urllib.parse.urlencode(fields))

    def _ask(self, method, path, body):
        self.requests += 1
        if self.requests > MOST_REQUESTS:
            raise RuntimeError("too many requests")
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if self.session:
            headers["Cookie"] = "session=" + self.session
        if not hasattr(self._own, "connection"):
            self._own.connection = http.client.HTTPConnection(
                "127.0.0.1", self.port, timeout=60, source_address=(self.address, 0)
            )
        connection = self._own.connection
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        answer = Answer(response.status, response.read())
        cookie = response.getheader("Set-Cookie", "")
        if cookie.startswith("session="):
            self.session = cookie[len("session=") :].split(";")[0]
        return answer


class Answer:
    def __init__(self, status, body):
        self.status, self.body = status, body

    def rows(self):
        """The cells of each table row on the page."""
        text = self.body.decode("utf-8")
        for row in re.findall(r"<tr>(.*?)</tr>", text, re.S):
            yield [html.unescape(cell) for cell in re.findall(r"<td>(.*?)</td>", row, re.S)]

    def forms(self, action):
        """The fields of each form that leads to `action`: name and value, empty where one has to be typed in."""
        for form in re.findall(rf'<form [^>]*action="{action}">(.*?)</form>', self.body.decode("utf-8"), re.S):
            yield {name: html.unescape(value) for name, value in re.findall(r'name="([^"]*)"(?: value="([^"]*)")?', form)}
