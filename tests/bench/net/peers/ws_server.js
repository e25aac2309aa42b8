// SPDX-License-Identifier: GPL-3.0-or-later
// The subject for comparison on Node's `ws`: /pub to every /sub, /echo answers. As its documentation broadcasts.
const { WebSocketServer } = require("ws");

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, backlog: 4096, perMessageDeflate: false });
const subscribers = new Set();

server.on("connection", (socket, request) => {
    socket.on("error", () => {});
    if (request.url === "/sub") {
        subscribers.add(socket);
        socket.on("close", () => subscribers.delete(socket));
    } else if (request.url === "/pub") {
        socket.on("message", (data) => {
            for (const subscriber of subscribers)
                subscriber.send(data, { binary: false });
        });
    } else {
        socket.on("message", (data) => socket.send(data, { binary: false }));
    }
});
server.on("listening", () => console.log(`listening 127.0.0.1:${server.address().port}`));
