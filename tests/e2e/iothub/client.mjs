// SPDX-License-Identifier: GPL-3.0-or-later
// The original's own client library, told what to do line by line (JSON) on stdin; what it hears goes to stdout.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const { io } = createRequire(process.env.TOCSIN_NODE_MODULES + '/')('socket.io-client');
const sockets = new Map();
const say = (object) => process.stdout.write(JSON.stringify(object) + '\n');

function open({ socket: id, url, options }) {
  const socket = io(url, { forceNew: true, reconnection: false, ...options });
  sockets.set(id, socket);
  const tell = (event, payload) => say({ socket: id, event, payload });
  socket.io.on('open', () => {
    const { engine } = socket.io;
    tell('opened', { transport: engine.transport.name });
    engine.once('upgrade', (transport) => tell('upgrade', { transport: transport.name }));
    engine.on('upgradeError', (error) => tell('upgradeError', String(error)));
  });
  socket.on('connect', () => tell('connect', { id: socket.id }));
  socket.on('connect_error', (error) => tell('connect_error', { message: error.message, data: error.data }));
  socket.on('disconnect', (reason) => tell('disconnect', { reason }));
  socket.onAny((event, payload) => tell(event, payload));
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const order = JSON.parse(line);
  const socket = sockets.get(order.socket);
  if (order.deed === 'open') open(order);
  else if (order.deed === 'emit' && order.ack) socket.emit(order.event, order.payload, (answer) => say({ socket: order.socket, event: 'ack', payload: answer }));
  else if (order.deed === 'emit') socket.emit(order.event, order.payload);
  else if (order.deed === 'binary') socket.emit(order.event, Buffer.from('bytes'), { inside: Buffer.from('more') });
  else if (order.deed === 'close') socket.disconnect();
}).on('close', () => process.exit(0));
