# SPDX-License-Identifier: GPL-3.0-or-later
"""A mail server and a web server that fail, stall and refuse on demand. Threads and plain sockets; loopback only."""

import base64
import contextlib
import email
import email.policy
import json
import socket
import ssl
import threading


def context_of(directory):
    """The server side of the certificate that `tocsin certificate` made below this directory."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{directory}/tls/server.pem", f"{directory}/tls/server.key")
    return context


def closed_port():
    """A port on which nobody listens."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as server:
        return server.getsockname()[1]


class Fake:
    """Accepts connections; each is served by a thread of its own."""

    def __init__(self):
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.connections = 0
        self.open = {}  # sockets, and the number of their connection
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while not self.stopping.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections += 1
                number = self.connections
                self.open[connection] = number
            threading.Thread(target=self._serve, args=(connection, number), daemon=True).start()

    def _serve(self, connection, number):
        try:
            self.serve(connection, number)
        except (OSError, ssl.SSLError, EOFError):
            pass
        finally:
            with self.lock:
                mine = [one for one in self.open if self.open[one] == number]
            for one in mine:
                with contextlib.suppress(OSError):
                    one.close()
            with self.lock:
                for one in mine:
                    del self.open[one]

    def secured(self, connection, context):
        """The same connection with TLS on it."""
        with self.lock:
            number = self.open[connection]
        secured = context.wrap_socket(connection, server_side=True)
        with self.lock:
            self.open[secured] = number
        return secured

    def stall(self):
        """Says nothing more until the end."""
        self.stopping.wait()
        raise EOFError

    def close(self):
        self.stopping.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        with self.lock:
            for connection in self.open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class Mailbox(Fake):
    """SMTP. `answers`: what it says to a command instead ({"RCPT": ["451 later"]}, the last one stays; None: as usual); "close" closes,
    "stall" stalls. "connect" is the greeting, "end" what follows the data. `login`: the only user and password; `tls`: from the first byte;
    `starttls`: offered with this context."""

    def __init__(self, answers=None, login=None, tls=None, starttls=None, slow=0):
        self.answers = {k: list(v) for k, v in (answers or {}).items()}
        self.login, self.tls, self.starttls, self.slow = login, tls, starttls, slow
        self.mails = []
        self.logins = 0
        self.encrypted = 0
        super().__init__()

    def answer(self, command, usual):
        with self.lock:
            special = self.answers.get(command)
            said = (special.pop(0) if len(special) > 1 else special[0]) if special else None
        if said == "close":
            raise EOFError
        if said == "stall":
            self.stall()
        return said or usual

    def serve(self, connection, number):
        if self.slow:
            self.stopping.wait(self.slow)
        if self.tls:
            connection = self.secured(connection, self.tls)
            self.encrypted += 1
        connection.sendall(self.answer("connect", "220 fake ESMTP").encode() + b"\r\n")
        self.talk(connection, bool(self.tls))

    def talk(self, connection, encrypted):
        """The dialogue from EHLO on; behind STARTTLS it begins anew."""
        def say(line):
            connection.sendall(line.encode() + b"\r\n")

        def lines():
            pending = b""
            while True:
                more = connection.recv(65536)
                if not more:
                    return
                pending += more
                while b"\r\n" in pending:
                    line, pending = pending.split(b"\r\n", 1)
                    yield line

        sender, recipients = None, []
        reader = lines()
        for raw in reader:
            line = raw.decode()
            verb = line.split(" ")[0].split(":")[0].upper()
            if verb in ("EHLO", "HELO"):
                offers = ["fake", "SIZE 1000000"]
                if self.starttls and not encrypted:
                    offers.append("STARTTLS")
                if self.login:
                    offers.append("AUTH PLAIN LOGIN")
                for offer in offers[:-1]:
                    say("250-" + offer)
                say("250 " + offers[-1])
            elif verb == "STARTTLS":
                said = self.answer("STARTTLS", "220 go ahead")
                say(said)
                if said.startswith("2"):
                    secured = self.secured(connection, self.starttls)
                    self.encrypted += 1
                    return self.talk(secured, True)
            else:
                done = self.command(verb, line, say, reader, recipients, sender)
                if done is False:
                    return
                sender = done or sender

    def command(self, verb, line, say, reader, recipients, sender):
        if verb == "AUTH":
            word = line.split(" ")
            if word[1].upper() == "PLAIN":
                given = word[2] if len(word) > 2 else (say("334 "), next(reader).decode())[1]
                _, user, password = base64.b64decode(given).decode().split("\0")
            else:
                user = base64.b64decode((say("334 VXNlcm5hbWU6"), next(reader))[1]).decode()
                password = base64.b64decode((say("334 UGFzc3dvcmQ6"), next(reader))[1]).decode()
            good = (user, password) == self.login
            self.logins += good
            say(self.answer("AUTH", "235 welcome" if good else "535 5.7.8 authentication failed"))
        elif verb == "MAIL":
            said = self.answer("MAIL", "250 ok")
            if self.login and not self.logins:
                said = "530 5.7.0 authentication required"
            say(said)
            return line
        elif verb == "RCPT":
            said = self.answer("RCPT", "250 ok")
            say(said)
            if said.startswith("2"):
                recipients.append(line[line.index("<") + 1:line.index(">")])
        elif verb == "DATA":
            said = self.answer("DATA", "354 go on")
            say(said)
            if said.startswith("3"):
                data = []
                for raw in reader:
                    if raw == b".":
                        break
                    data.append(raw[1:] if raw.startswith(b".") else raw)  # as RFC 5321 4.5.2 has it
                said = self.answer("end", "250 queued")
                if said.startswith("2"):
                    with self.lock:
                        self.mails.append(Mail(sender, list(recipients), b"\r\n".join(data) + b"\r\n"))
                say(said)
        elif verb == "QUIT":
            say("221 bye")
            return False
        else:
            say("250 ok" if verb in ("RSET", "NOOP") else "502 not known")
        return None


class Mail:
    def __init__(self, sender, recipients, raw):
        self.sender, self.recipients, self.raw = sender, recipients, raw
        self.message = email.message_from_bytes(raw, policy=email.policy.default)

    @property
    def subject(self):
        return self.message["Subject"]

    @property
    def text(self):
        return self.message.get_content()


class Hook(Fake):
    """HTTP. `answers`: a list of (status, headers, body), the last one stays; "close", "stall", "half" misbehave."""

    def __init__(self, *answers, tls=None):
        self.answers = list(answers) or [(204, {}, "")]
        self.tls = tls
        self.requests = []
        super().__init__()

    def serve(self, connection, number):
        if self.tls:
            connection = self.secured(connection, self.tls)
        pending = b""
        while True:
            while b"\r\n\r\n" not in pending:
                more = connection.recv(65536)
                if not more:
                    return
                pending += more
            head, pending = pending.split(b"\r\n\r\n", 1)
            first, *lines = head.decode().split("\r\n")
            headers = {k.strip().lower(): v.strip() for k, v in (line.split(":", 1) for line in lines)}
            length = int(headers.get("content-length", 0))
            while len(pending) < length:
                pending += connection.recv(65536)
            body, pending = pending[:length], pending[length:]
            method, target, _ = first.split(" ")
            with self.lock:
                self.requests.append(Asked(method, target, headers, body))
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if answer == "close":
                return
            if answer == "stall":
                self.stall()
            if answer == "half":
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
                return
            status, more, said = answer
            text = f"HTTP/1.1 {status} X\r\n" + "".join(f"{k}: {v}\r\n" for k, v in more.items())
            if status != 204:
                text += f"Content-Length: {len(said.encode())}\r\n"
            connection.sendall((text + "\r\n" + ("" if status == 204 else said)).encode())


class Asked:
    def __init__(self, method, target, headers, body):
        self.method, self.target, self.headers, self.body = method, target, headers, body

    def json(self):
        return json.loads(self.body)
