// SPDX-License-Identifier: GPL-3.0-or-later
// Does with the JavaScript library what test_clients.py says, a line of JSON at a time, and tells what it sees.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

import { TocsinClient } from '../../resources/clients/javascript/tocsin.mjs';

const WebSocket = globalThis.WebSocket ?? createRequire(import.meta.url)('/usr/share/nodejs/ws'); // Debian's node-ws
const say = (said, more) => process.stdout.write(`${JSON.stringify({ said, ...more })}\n`);

let client;
let tokens;

const deeds = {
  make({ url, options }) {
    const { tokens: several, ...rest } = options;
    if (several) {
      tokens = several;
      rest.token = async (refused) => { say('token', { refused }); return tokens.length > 1 ? tokens.shift() : tokens[0]; };
    }
    client = new TocsinClient(url, {
      WebSocket,
      onState: (state, reason) => say('state', { state, reason }),
      onWelcome: (frame) => say('welcome', { frame }),
      onEvent: (stream, event) => say('event', { stream, event, cursor: client.cursors[stream] }),
      onSnapshot: (stream, state) => say('snapshot', { stream, state, cursor: client.cursors[stream] }),
      onResync: (stream) => say('resync', { stream }),
      onLive: (frame) => say('live', { frame }),
      onCommand: (command) => say('command', { command }),
      ...rest,
    });
  },
  async ask({ n, method, args, fields }) {
    try {
      say('answer', { n, result: await client[method](...args, fields) });
    } catch ({ code, message, cmdId }) {
      say('answer', { n, error: { code, message, cmdId } });
    }
  },
  disconnect() { return client.disconnect(); },
  connect() { client.connect(); },
  setToken({ token }) { client.setToken(token); },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { deed, ...more } = JSON.parse(line);
  deeds[deed](more);
}
process.exit(0);
